package crashtest

import (
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// torture reports whether everything is to be gone through, and not a sample.
func torture() bool { return os.Getenv("ARCADIA_TORTURE") == "1" }

// scratch is a folder for ledgers, in memory where there is one: in a bubble no crash takes the operating system along.
func scratch(t testing.TB) string {
	t.Helper()
	if dir, err := os.MkdirTemp("/dev/shm", "arcadia-crashtest-"); err == nil {
		t.Cleanup(func() {
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
		})
		return dir
	}
	return t.TempDir()
}

// inBubble runs a course on a fake clock of its own.
func inBubble(t *testing.T, c *course, dir string) (out outcome) {
	t.Helper()
	synctest.Test(t, func(*testing.T) { out = c.run(dir) })
	return out
}

// baseline runs a course without any mishap, which must be right.
func baseline(t *testing.T, c *course, dir string) outcome {
	t.Helper()
	out := inBubble(t, c, dir)
	if len(out.wrong) > 0 {
		t.Fatalf("%s: %s%s", c, strings.Join(out.wrong, "\n  "), out.story)
	}
	return out
}

// against is what is wrong with an outcome, seen beside that of the undisturbed course.
func (out *outcome) against(base *outcome) []string {
	wrong := out.wrong
	if out.posts > base.posts {
		wrong = append(wrong, fmt.Sprintf("%d POSTs were carried out, %d are enough", out.posts, base.posts))
	}
	if len(wrong) == 0 && out.final == base.final && base.kept != nil && !slices.Equal(out.kept, base.kept) {
		wrong = append(wrong, fmt.Sprintf("of the records from before it kept %v, undisturbed %v", out.kept, base.kept))
	}
	return wrong
}

// coarse thins out the points of a sample: a list of ten steps has many.
func (c course) coarse() int {
	if testing.Short() && c.steps == nil {
		return 16
	}
	return 1
}

// tally counts what a test went through.
type tally struct{ courses, points, wrong atomic.Int64 }

// figure prints what docs/RELIABILITY.md publishes; make torture shows these lines.
func (y *tally) figure(t *testing.T, what string) {
	t.Helper()
	t.Logf("figure | %s | %d courses | %d wrong", what, y.courses.Load(), y.wrong.Load())
}

// judged reports what is wrong with a course.
func (y *tally) judged(t *testing.T, c *course, out, base *outcome) {
	t.Helper()
	y.courses.Add(1)
	if wrong := out.against(base); len(wrong) > 0 {
		if y.wrong.Add(1) <= 300 {
			t.Errorf("%s (%s):\n  %s%s", c, strings.Join(out.died, "; "), strings.Join(wrong, "\n  "), out.story)
		}
		t.Fail()
	}
}

// eachCourse runs f for every scenario and ending, numbered, in parallel.
func eachCourse(t *testing.T, f func(t *testing.T, i int, c course, dir string)) {
	t.Helper()
	for i, s := range scenarios() {
		for j, e := range endings() {
			if s.final && e == fails {
				continue // nothing that may fail for good stands behind the point of no return
			}
			if s.refused && e != completes {
				continue // it ends rolled back in any case
			}
			t.Run(s.name+"/"+string(e), func(t *testing.T) {
				t.Parallel()
				f(t, len(endings())*i+j, course{scenario: s, ending: e}, scratch(t))
			})
		}
	}
}

// eachPlay runs f for every play over some of the scenarios, numbered, in parallel.
func eachPlay(t *testing.T, f func(t *testing.T, i int, c course, dir string)) {
	t.Helper()
	for i, s := range stages() {
		for j, p := range plays() {
			t.Run(s.name+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				f(t, len(plays())*i+j, course{scenario: s, ending: played, play: p}, scratch(t))
			})
		}
	}
}

// cancelPoints are the points of a course at which a cancel is worth the while: around each save and each write.
func cancelPoints(base *outcome) []int {
	var out []int
	for n, what := range base.trail {
		if strings.Contains(what, "step_saved") || strings.Contains(what, "POST ") || strings.Contains(what, "PUT ") || strings.Contains(what, "DELETE ") {
			out = append(out, n+1)
		}
	}
	return out
}

// starts yields the undisturbed courses to set out from: one, or for the canceled ending one for each stride-th point of the cancel.
func (c course) starts(t *testing.T, dir string, stride int) iter.Seq2[int, outcome] {
	return func(yield func(int, outcome) bool) {
		if !c.pointed() {
			yield(0, baseline(t, &c, dir))
			return
		}
		whole := c
		whole.ending, whole.play = undone, nil // as if the cancel came too late
		most := baseline(t, &whole, dir)
		for _, at := range every(cancelPoints(&most), stride) {
			c.cancelAt = at
			base := baseline(t, &c, dir)
			// A crash moves the cancel, so that more may be done and undone than without it.
			base.posts, base.kept = most.posts+c.back, nil
			if !yield(at, base) {
				return
			}
		}
	}
}

func TestEveryCrashPointLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("scenarios", func(t *testing.T) {
		eachCourse(t, func(t *testing.T, i int, c course, dir string) {
			step, cancels := 8*c.coarse(), 9*c.coarse()
			if torture() {
				step, cancels = 1, 2
			}
			c.singles(t, dir, i, step, cancels, &y)
		})
	})
	y.figure(t, "single crash points")
}

// singles dies at one point after the other, for each of the points at which the operator acts.
func (c course) singles(t *testing.T, dir string, i, step, cancels int, y *tally) {
	t.Helper()
	for at, base := range c.starts(t, dir, cancels) {
		c.cancelAt = at
		for n := 1 + (i+at)%step; n <= base.lives[0]; n += step {
			c.deaths = []int{n}
			out := inBubble(t, &c, dir)
			y.judged(t, &c, &out, &base)
		}
	}
}

// every thins out a list to each n-th of its elements.
func every[T any](list []T, n int) []T {
	var out []T
	for i := 0; i < len(list); i += n {
		out = append(out, list[i])
	}
	return out
}
