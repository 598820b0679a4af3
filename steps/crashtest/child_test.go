package crashtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"syscall"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// childEngine is the variable that makes this binary an engine's process; its value is an errand.
const childEngine = "ARCADIA_CRASHTEST_ENGINE"

// errand is what a child process is to do, and what is known from those before it.
type errand struct {
	DB       string `json:"db"`
	URL      string `json:"url"`
	Droplet  int64  `json:"droplet"`
	Wall     string `json:"wall"`
	IP       string `json:"ip"`
	Image    int64  `json:"image"`
	Scenario string `json:"scenario"`
	Ending   ending `json:"ending"`
	Fatal    int    `json:"fatal"`
	CancelAt int    `json:"cancel_at"`
	Passed   int    `json:"passed"` // points of earlier lives
	Asked    bool   `json:"asked"`  // a cancel was acknowledged in an earlier life
	Late     bool   `json:"late"`
}

// word is one line that a child says to its parent. What was written to the pipe before a SIGKILL is not lost.
type word struct {
	Saga   engine.ID `json:"saga,omitempty"`
	Seq    int       `json:"seq,omitempty"`
	Entry  string    `json:"entry,omitempty"` // acknowledged
	Points int       `json:"points,omitempty"`
	Asked  bool      `json:"asked,omitempty"`
	Late   bool      `json:"late,omitempty"`
}

func say(w word) error {
	line, err := json.Marshal(w)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(line, '\n'))
	return err
}

// runEngine is the life of a child: an engine over the errand's file and provider, with the operator at it.
func runEngine(spec string) error {
	var e errand
	if err := json.Unmarshal([]byte(spec), &e); err != nil {
		return err
	}
	all := scenarios()
	at := slices.IndexFunc(all, func(s *scenario) bool { return s.name == e.Scenario })
	if at < 0 {
		return fmt.Errorf("no scenario %q", e.Scenario)
	}
	c := &course{scenario: all[at], ending: e.Ending, cancelAt: e.CancelAt}
	o := newOperator(c, &world{droplet: e.Droplet, wall: e.Wall, ip: e.IP, image: e.Image})
	o.asked, o.late, o.total = e.Asked, e.Late, e.Passed
	l := newLife(e.Fatal)
	l.watch = func(int) { o.passed() }
	l.die = func() {
		// Nothing that is deferred runs, nothing is flushed: the process is gone.
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	if e.CancelAt > 0 && e.Passed >= e.CancelAt && !e.Asked && !e.Late {
		o.callCancel() // meant to, and not acknowledged
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	m := &machine{path: e.DB, url: e.URL, next: transport, rest: 10 * c.rest(), noted: sayAll}
	o.told = func() { _ = say(word{Asked: o.asked, Late: o.late}) }
	p, err := m.start(l, nil)
	if err != nil {
		return err
	}
	err = o.tend(p)
	n, dead := l.points()
	if dead {
		select {} // the signal is on its way
	}
	if err = errors.Join(err, p.end()); err != nil {
		return err
	}
	return say(word{Points: n})
}

// sayAll tells the parent what was acknowledged, before the engine goes on.
func sayAll(b engine.Batch) error {
	for i := range b.Entries {
		raw, err := json.Marshal(b.Entries[i])
		if err != nil {
			return err
		}
		if err := say(word{Saga: b.ID, Seq: int(b.Entries[i].Seq), Entry: string(raw)}); err != nil {
			return err
		}
	}
	return nil
}

// shortAction lets a snapshot in real time be ready at the first poll.
func shortAction() dosim.Option { return dosim.WithActionTime(time.Second) }
