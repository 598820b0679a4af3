package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"arcadia/engine"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
)

// memberEnv has the orders of a process that is one member and nothing else.
const memberEnv = "ARCADIA_TEST_MEMBER"

// membership is what a member is told.
type membership struct {
	I     int
	Dir   string
	Ports []int
	Quota int64 // 0: etcd's own
}

// asMember runs a member until its input ends, or it is killed.
func asMember(text string) error {
	var m membership
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return err
	}
	c := member(m.I, m.Dir, m.Ports) // it syncs its disk: it is killed
	c.QuotaBackendBytes = m.Quota
	one, err := embed.StartEtcd(c)
	if err != nil {
		return err
	}
	defer one.Close()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// quorum is a few members, each a process of its own.
type quorum struct {
	t      *testing.T
	dir    string
	ports  []int
	quota  int64
	cmds   []*exec.Cmd
	client *clientv3.Client
}

// newQuorum starts n members with a quota each, 0 for etcd's own.
func newQuorum(t *testing.T, n int, quota int64) *quorum {
	t.Helper()
	ports, err := free(2 * n)
	must(t, err)
	q := &quorum{t: t, dir: t.TempDir(), ports: ports, quota: quota, cmds: make([]*exec.Cmd, n)}
	for i := range q.cmds {
		q.begin(i)
	}
	t.Cleanup(func() {
		for _, cmd := range q.cmds {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	q.client, err = clientv3.New(clientv3.Config{Endpoints: q.endpoints()})
	must(t, err)
	t.Cleanup(func() { _ = q.client.Close() })
	q.whole(t.Context())
	return q
}

func (q *quorum) endpoints() (all []string) {
	for _, port := range q.ports[:len(q.cmds)] {
		all = append(all, fmt.Sprintf("127.0.0.1:%d", port))
	}
	return all
}

func (q *quorum) begin(i int) {
	text, err := json.Marshal(membership{i, q.dir, q.ports, q.quota})
	if err != nil {
		q.t.Error(err)
		return
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), memberEnv+"="+string(text)), os.Stderr
	if _, err = cmd.StdinPipe(); err == nil { // ends with this process
		err = cmd.Start()
	}
	if err != nil {
		q.t.Error(err)
	}
	q.cmds[i] = cmd
}

func (q *quorum) kill(i int) {
	_ = q.cmds[i].Process.Kill()
	_ = q.cmds[i].Wait()
}

// status is what a member says of itself, nil when it does not within a second.
func (q *quorum) status(ctx context.Context, i int) *clientv3.StatusResponse {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r, err := q.client.Status(ctx, q.endpoints()[i])
	if err != nil || r.Leader == 0 {
		return nil
	}
	return r
}

// whole waits until all members are there and agree on a leader, and says which it is.
func (q *quorum) whole(ctx context.Context) (leader int) {
	for ctx.Err() == nil {
		there := 0
		for i := range q.cmds {
			if r := q.status(ctx, i); r != nil {
				there++
				if r.Leader == r.Header.MemberId {
					leader = i
				}
			}
		}
		if there == len(q.cmds) {
			return leader
		}
		time.Sleep(20 * time.Millisecond)
	}
	return leader
}

// lose kills or stops one member after the other, every second time the leader, until ctx ends, and counts them.
func (q *quorum) lose(ctx context.Context, lost, led *atomic.Int64) {
	rng := rand.New(rand.NewPCG(1, 1))
	for ctx.Err() == nil {
		leader := q.whole(ctx)
		i := rng.IntN(len(q.cmds))
		if rng.IntN(2) == 0 {
			i = leader
		}
		away := time.Duration(200+rng.IntN(3000)) * time.Millisecond
		if rng.IntN(2) == 0 {
			q.kill(i)
			time.Sleep(away)
			q.begin(i)
		} else {
			_ = q.cmds[i].Process.Signal(syscall.SIGSTOP)
			time.Sleep(away)
			_ = q.cmds[i].Process.Signal(syscall.SIGCONT)
		}
		lost.Add(1)
		if i == leader {
			led.Add(1)
		}
		time.Sleep(time.Duration(2000+rng.IntN(4000)) * time.Millisecond) // a new leader gives every lease its whole time again
	}
}

// TestHostsAndMembersAreLostTogether stops and kills hosts as the other trials do, while members are stopped and killed.
func TestHostsAndMembersAreLostTogether(t *testing.T) {
	n := trials(t, 12)
	q := newQuorum(t, 3, 0)
	ctx, stop := context.WithCancel(t.Context())
	var lost, led, kills atomic.Int64
	var losing sync.WaitGroup
	losing.Go(func() { q.lose(ctx, &lost, &led) })
	var slept, killed tally
	writes, slowest := 0, time.Duration(0)
	all := lanes(t, n, ground{members: q.endpoints()}, func(l *lane, trial int) {
		if l.rng.IntN(2) == 0 {
			sleep(l, trial, &slept)
		} else {
			kill(l, trial, &killed, &kills)
		}
	})
	stop()
	losing.Wait()
	q.whole(t.Context())
	for _, l := range all {
		writes, slowest = writes+l.writes(t.Context()), max(slowest, l.slowest)
		l.sound(t.Context())
		if len(l.wrong) > 0 {
			t.Errorf("%s", strings.Join(l.wrong, "\n"))
		}
	}
	t.Logf("figure | hosts stopped and killed while members are stopped and killed | %d trials, %d hosts stopped, %d killed, %d members lost, %d of them leading, %d writes in terms | longest take-over %s with a lease of %s, longest until all were at rest %s",
		n, slept.n, kills.Load(), lost.Load(), led.Load(), writes, max(slept.most, killed.most).Round(10*time.Millisecond), trialLease, slowest.Round(100*time.Millisecond))
}

// TestHostsWaitForTheMembersToComeBack takes two of three members away in the midst of compensations, for longer than an append is
// repeated, and gives them back: no host ends, and all that was under way goes on.
func TestHostsWaitForTheMembersToComeBack(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	ctx := t.Context()
	q := newQuorum(t, 3, 0)
	l := newLane(t, 1, ground{members: q.endpoints()})
	l.until("a driver", 20*time.Second, func() bool { return l.driver() >= 0 })
	under := make(chan int, 1)
	l.arm(8, false, func(host int) { under <- host })
	w := l.launch(ctx, 1)
	for len(w.droplets) == 0 {
		w = l.launch(ctx, len(w.records)+2)
	}
	<-under
	for id := range w.records {
		_ = l.s.Cancel(ctx, id, engine.Request{Reason: "no"}) // or it is done
	}
	q.kill(0)
	q.kill(1)
	began := time.Now()
	for id := range w.records {
		if err := l.s.Cancel(ctx, id, engine.Request{Reason: "no"}); err == nil {
			t.Error("a verb without a quorum is in the ledger")
		} else {
			says(t, err, "members")
		}
		break
	}
	time.Sleep(time.Until(began.Add(40 * time.Second)))
	q.begin(0)
	q.begin(1)
	q.whole(ctx)
	back := time.Now()
	l.rest(ctx, w)
	t.Logf("figure | two of three members killed for 40 s in the midst of compensations | all sagas were at rest %s after the members were back", time.Since(back).Round(10*time.Millisecond))
	l.judge(ctx, w)
	l.writes(ctx)
	l.sound(ctx)
	went := 0
	for id := range w.records {
		sg, err := l.s.Saga(ctx, id)
		must(t, err)
		if sg.FinishedAt.After(began.Add(40 * time.Second)) {
			went++
		}
	}
	if went == 0 {
		t.Error("nothing was under way when the members went: this proves nothing")
	}
	if len(l.wrong) > 0 {
		t.Errorf("%s", strings.Join(l.wrong, "\n"))
	}
}
