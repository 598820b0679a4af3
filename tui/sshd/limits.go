package sshd

import "time"

// Limits bound what a client can take from the server. The zero value of a field means its default.
type Limits struct {
	Handshake time.Duration // for key exchange and login, and again for a channel to say what it wants (20 s)
	Linger    time.Duration // how long a connection may stay without a session (30 s)
	Keepalive time.Duration // how often a client is asked whether it is there (15 s)
	Silence   time.Duration // a client that has not answered for so long is given up (45 s)
	Idle      time.Duration // a console without a key for so long is logged out (30 min)
	Warning   time.Duration // how long before that it is warned (1 min)
	Stall     time.Duration // a write that does not move for so long ends its session (4 s)
	Recheck   time.Duration // how often the operators file is read again for live sessions (3 s)
	Grace     time.Duration // what a session has to end in once it was told to (3 s)
	Goodbye   time.Duration // what clients have to hang up in once all sessions have ended (1 s)

	Sessions        int // at once in all, short commands apart (50)
	PerOperator     int // at once for one name over the network (5)
	Short           int // short commands at once for one name over the network (16)
	Kept            int // of sessions and of connections, kept free for operators (10)
	PerConnection   int // channels at once on one connection (10)
	Connections     int // at once in all (128)
	ConnectionsEach int // at once for one name over the network (16)
	HalfOpen        int // connections that have not logged in yet, in all (32)
	HalfOpenEach    int // the same from one address, or one network of 64 bits in IPv6 (24)
	Keys            int // keys that one connection may try (6)
	Environment     int // variables a session may send before it is ended (64)

	FPS    int // how often a screen is written in a second at most (15)
	Width  int // the widest screen drawn (640)
	Height int // the highest screen drawn (240)
	Typing int // bytes a second that are read of what is typed into a console, beyond a burst of a longest paste (16 KiB)
	Cells  int // of all screens of one name together, over the network; a screen that finds less left is drawn smaller (2 × 640 × 240)
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&l.Handshake, 20 * time.Second},
		{&l.Linger, 30 * time.Second},
		{&l.Keepalive, 15 * time.Second},
		{&l.Silence, 45 * time.Second},
		{&l.Idle, 30 * time.Minute},
		{&l.Warning, time.Minute},
		{&l.Stall, 4 * time.Second},
		{&l.Recheck, 3 * time.Second},
		{&l.Grace, 3 * time.Second},
		{&l.Goodbye, time.Second},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	for _, n := range []struct {
		field *int
		value int
	}{
		{&l.Sessions, 50},
		{&l.PerOperator, 5},
		{&l.Short, 16},
		{&l.Kept, 10},
		{&l.PerConnection, 10},
		{&l.Connections, 128},
		{&l.ConnectionsEach, 16},
		{&l.HalfOpen, 32},
		{&l.HalfOpenEach, 24},
		{&l.Keys, 6},
		{&l.Environment, 64},
		{&l.FPS, 15},
		{&l.Width, 640},
		{&l.Height, 240},
		{&l.Typing, 16 << 10},
		{&l.Cells, 2 * 640 * 240},
	} {
		if *n.field <= 0 {
			*n.field = n.value
		}
	}
	return l
}
