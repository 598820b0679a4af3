// Package sshd serves the console and the commands to sessions: over SSH to operators with a key, and over a unix socket
// to the operator's own processes on this machine.
//
//	TCP listener ──┐                      ┌─ shell + terminal ─► Config.Console ─► Session.Run(model)
//	               ├─► half-open limits ──┤
//	unix socket ───┘   wish: handshake    └─ exec ─────────────► Config.Command(args) ─► exit status
//	(peer's uid)       (keys, 20 s)
//
//	keys ──► inlet ──► guard ──► decoder ──► program        what a client sends; a panic here ends its session only
//	screen ◄─ pump ◄── outlet ◄── renderer ◄─┘              what a client gets; a pump that is stuck is cut after Limits.Stall
//
// New makes a Server, Serve opens doors (Network, Local) and blocks until it is told to stop; it owns every goroutine of
// every session. Attach and Stop are the other side of a Local door.
//
// # Why not the stock middleware
//
// wish does the listening side of the protocol: host key, handshake, deadlines, dispatch of channels. The session itself
// is ours, because the stock one keeps every environment variable it is sent, grants agent forwarding, waits for ever on a
// window size that nobody takes, and its Bubble Tea middleware spins on a dead multiplexed channel, never notices a frozen
// client, and leaves terminals in the alternate screen when the server stops.
//
// # Who is who
//
// A session's operator is looked up when the session starts, by the key that the finished handshake left on the connection
// and in the operators file as it is then. Nothing is remembered from keys that were merely offered, and the user name
// that a client sends means nothing.
package sshd
