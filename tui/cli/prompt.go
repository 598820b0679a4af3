package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/muesli/cancelreader"

	"arcadia/engine/visible"
)

// errInputOver says that there is nobody to answer any more.
var errInputOver = errors.New("the input has ended: nothing further is done")

// What an operator answers in place of what was asked.
var (
	errBack  = errors.New("back to the menu: nothing further is done")
	errLeave = errors.New("left: nothing further is done")
)

const maxAnswer = 64 << 10 // bytes of one line

// prompter asks in plain lines. One goroutine reads the input, so that a wait for an answer can end with its context.
type prompter struct {
	out    io.Writer
	lines  chan string
	cancel func() bool
	over   chan struct{}
}

// newPrompter starts reading. The caller must close it.
func newPrompter(in io.Reader, out io.Writer) (*prompter, error) {
	r, err := cancelreader.NewReader(in)
	if err != nil { // a regular file, or /dev/null: nothing to wait for, and so nothing to interrupt
		r, err = cancelreader.NewReader(struct{ io.Reader }{in})
	}
	if err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	p := &prompter{out: out, lines: make(chan string), over: make(chan struct{})}
	ended := make(chan struct{})
	p.cancel = func() bool {
		close(ended)
		return r.Cancel()
	}
	go func() {
		defer close(p.over)
		defer close(p.lines)
		scan := bufio.NewScanner(r)
		scan.Buffer(nil, maxAnswer)
		for scan.Scan() {
			select {
			case p.lines <- scan.Text():
			case <-ended:
				return
			}
		}
	}()
	return p, nil
}

// close ends the reading and waits for it, unless the input is of a sort that cannot be interrupted.
func (p *prompter) close() {
	if p.cancel() {
		<-p.over
	}
}

func (p *prompter) print(lines ...string) {
	for _, l := range lines {
		_, _ = fmt.Fprintln(p.out, visible.Text(l)) // when nobody reads, nobody answers: the next question ends it
	}
}

// ask asks until the answer passes check. An empty answer is def; b is errBack and q errLeave, and each question says so.
func (p *prompter) ask(ctx context.Context, label, def string, check func(string) error) (string, error) {
	if def != "" {
		label += " [" + def + "]"
	}
	for {
		if _, err := fmt.Fprint(p.out, visible.Text(label)+" (b back, q leave): "); err != nil {
			return "", written(err)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case line, ok := <-p.lines:
			if !ok {
				_, _ = fmt.Fprintln(p.out)
				return "", errInputOver
			}
			answer := strings.TrimSpace(line)
			switch answer {
			case "":
				answer = def
			case "b":
				return "", errBack
			case "q":
				return "", errLeave
			}
			err := check(answer)
			if err == nil {
				return answer, nil
			}
			p.print(err.Error())
		}
	}
}

// choose asks for one of some numbered lines and returns its place.
func (p *prompter) choose(ctx context.Context, label string, among []string) (int, error) {
	for i, line := range among {
		p.print(fmt.Sprintf("%2d. %s", i+1, line))
	}
	answer, err := p.ask(ctx, label, "", func(s string) error {
		if n, err := strconv.Atoi(s); err != nil || n < 1 || n > len(among) {
			return fmt.Errorf("give a number from 1 to %d", len(among))
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(answer)
	return n - 1, err
}

// confirm asks yes or no. Anything but yes is no.
func (p *prompter) confirm(ctx context.Context, question string) (bool, error) {
	answer, err := p.ask(ctx, question+" yes or no", "no", func(string) error { return nil })
	answer = strings.ToLower(answer)
	return answer == "yes" || answer == "y", err
}
