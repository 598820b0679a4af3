package crashtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"arcadia/engine"
	"arcadia/storage/bolt"
)

// killed is a course in which each life is a real process and each death a SIGKILL.
type killed struct {
	*course
	world *world
	url   string
	db    string
	acks  *acks
	asked bool
	late  bool
	saga  engine.ID
	lives []int // points of each life that ended by itself
	kills int
}

// spawn runs one life and reports whether it was killed.
func (k *killed) spawn(ctx context.Context, fatal, passed int) (died bool, err error) {
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	spec, err := json.Marshal(errand{
		DB: k.db, URL: k.url, Droplet: k.world.droplet, Wall: k.world.wall, IP: k.world.ip, Image: k.world.image, Scenario: k.name, Ending: k.ending, Fatal: fatal,
		CancelAt: k.cancelAt, Passed: passed, Asked: k.asked, Late: k.late,
	})
	if err != nil {
		return false, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), childEngine+"="+string(spec))
	var said, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complaint
	runErr := cmd.Run()
	if err := k.listen(&said); err != nil {
		return false, err
	}
	if exit, ok := errors.AsType[*exec.ExitError](runErr); ok {
		if st, ok := exit.Sys().(syscall.WaitStatus); ok && st.Signaled() && st.Signal() == syscall.SIGKILL {
			k.kills++
			return true, nil
		}
	}
	if runErr != nil {
		return false, fmt.Errorf("the child: %w: %s", runErr, complaint.String())
	}
	return false, nil
}

func (k *killed) listen(said *bytes.Buffer) error {
	lines := bufio.NewScanner(said)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var w word
		if err := json.Unmarshal(lines.Bytes(), &w); err != nil {
			return fmt.Errorf("the child said %q: %w", lines.Text(), err)
		}
		if w.Entry != "" {
			k.saga = w.Saga
			k.acks.keep(w.Saga, w.Seq, w.Entry)
		}
		if w.Points > 0 {
			k.lives = append(k.lives, w.Points)
		}
		k.asked, k.late = k.asked || w.Asked, k.late || w.Late
	}
	return lines.Err()
}

// run goes through the course and returns what is wrong. With fatal 0 nothing dies.
func (k *killed) run(t *testing.T, fatal int) (wrong []string) {
	t.Helper()
	k.world = newWorld(k.scenario, shortAction())
	srv := httptest.NewServer(k.world.sim)
	defer srv.Close()
	k.url, k.acks = srv.URL, newAcks()
	k.db = filepath.Join(t.TempDir(), "arcadia.db")
	died, err := k.spawn(t.Context(), fatal, 0)
	if err == nil && died {
		died, err = k.spawn(t.Context(), 0, fatal)
	}
	switch {
	case err != nil:
		return []string{err.Error()}
	case died:
		return []string{"a life was killed that should not have been"}
	}
	report, err := bolt.VerifyFile(k.db)
	if err != nil {
		return []string{err.Error()}
	}
	wrong = report.Problems
	store, err := bolt.Open(k.db)
	if err != nil {
		return append(wrong, err.Error())
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	wrong = append(wrong, look(k.acks, store, "after the last life")...)
	page, err := store.List(t.Context(), engine.Query{})
	if err != nil || len(page.Items) != 1 {
		return append(wrong, fmt.Sprintf("the one launch made %d sagas (%v)", len(page.Items), err))
	}
	entries, err := store.Entries(t.Context(), page.Items[0].ID, 0)
	if err != nil {
		return append(wrong, err.Error())
	}
	final, err := engine.Fold(entries)
	if err != nil {
		return append(wrong, err.Error())
	}
	o := newOperator(k.course, k.world)
	return append(wrong, o.truth(final)...)
}

// quick are the scenarios whose waits are short in real time.
func quick(s *scenario) bool { return !s.snapshot && s.steps != nil }

// samples is how many points of a kind that makes its list are gone through.
const samples = 8

func TestSIGKILLAtEveryPointLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	var y tally
	slots := make(chan struct{}, 12) // children at once: they wait more than they work
	t.Run("scenarios", func(t *testing.T) {
		eachCourse(t, func(t *testing.T, i int, c course, _ string) {
			step := 1
			if c.first != nil {
				return // a child has no past
			}
			if !torture() {
				if step = 11; i%13 != 0 || !quick(c.scenario) {
					return
				}
			}
			if c.ending == canceled {
				c.cancelAt = 12 // around the first write
			}
			base := &killed{course: &c}
			if wrong := base.run(t, 0); len(wrong) > 0 {
				t.Fatalf("%s: %s%s", &c, strings.Join(wrong, "\n  "), base.world.story())
			}
			if c.steps == nil { // in real time such a kind takes minutes
				step = max(step, base.lives[0]/samples)
			}
			for n := 1 + len(c.name)%step; n <= base.lives[0]; n += step {
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					t.Parallel()
					slots <- struct{}{}
					defer func() { <-slots }()
					d := c
					d.deaths = []int{n}
					k := &killed{course: &d}
					wrong := k.run(t, n)
					y.courses.Add(1)
					y.points.Add(int64(k.kills))
					if len(wrong) > 0 {
						y.wrong.Add(1)
						t.Errorf("%s:\n  %s%s", &d, strings.Join(wrong, "\n  "), k.world.story())
					}
				})
			}
		})
	})
	t.Logf("figure | SIGKILL in child processes | %d courses, %d processes killed | %d wrong", y.courses.Load(), y.points.Load(), y.wrong.Load())
}
