package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/muesli/cancelreader"

	"arcadia/engine/visible"
)

// errInputOver says that there is nobody to answer any more.
var errInputOver = errors.New("the input has ended: nothing further is done")

// What an operator answers in place of what was asked.
var (
	errBack  = errors.New("back: nothing further is done")
	errMenu  = errors.New("back to the menu: nothing further is done")
	errLeave = errors.New("left: nothing further is done")
)

const maxAnswer = 64 << 10 // bytes of one line

// prompter asks in plain lines. One goroutine reads the input, so that a wait for an answer can end with its context.
type prompter struct {
	out    io.Writer
	lines  chan string
	cancel func() bool
	over   chan struct{}
	menu   bool // m is errMenu
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

// line writes a question and waits for what is answered, without blanks around it.
func (p *prompter) line(ctx context.Context, question string) (string, error) {
	if _, err := fmt.Fprint(p.out, visible.Text(question)); err != nil {
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
		return strings.TrimSpace(line), nil
	}
}

// ask asks until the answer passes check. An empty answer is def or, without one, goes back as b does; q leaves, and m leads to the
// menu where there is one. Each question says so. A letter in quotes is that letter.
func (p *prompter) ask(ctx context.Context, label, def string, check func(string) error) (string, error) {
	return p.put(ctx, label, def, false, check)
}

// offer is ask where an empty answer without a def is an answer too.
func (p *prompter) offer(ctx context.Context, label, def string, check func(string) error) (string, error) {
	return p.put(ctx, label, def, true, check)
}

func (p *prompter) put(ctx context.Context, label, def string, optional bool, check func(string) error) (string, error) {
	keys := "enter or b back, q leave"
	switch {
	case def != "":
		keys = "enter " + def + ", b back, q leave"
	case optional:
		keys = "enter nothing, b back, q leave"
	}
	if p.menu {
		keys += ", m menu"
	}
	for {
		answer, err := p.line(ctx, label+" ("+keys+"): ")
		if err != nil {
			return "", err
		}
		switch {
		case answer == "b", answer == "" && def == "" && !optional:
			return "", errBack
		case answer == "q":
			return "", errLeave
		case answer == "m" && p.menu:
			return "", errMenu
		case answer == "":
			answer = def
		case slices.Contains([]string{`"b"`, `"q"`, `"m"`}, answer):
			answer = strings.Trim(answer, `"`)
		}
		if err := check(answer); err != nil {
			p.print(err.Error())
			continue
		}
		return answer, nil
	}
}

// option is one of some lines to choose from.
type option struct {
	head  string   // printed before it where it differs from that of the line before
	text  string   // of its line
	names []string // what it is called besides its number
}

// is reports whether a person means the option by a text.
func (o *option) is(text string) bool {
	return slices.ContainsFunc(o.names, func(n string) bool { return strings.EqualFold(n, text) })
}

// choose asks for one of some numbered lines, by its number or a name, and returns its place.
func (p *prompter) choose(ctx context.Context, label string, among []option) (int, error) {
	head := ""
	named := false
	for i, o := range among {
		if o.head != head {
			head = o.head
			p.print(head)
		}
		p.print(fmt.Sprintf("%2d. %s", i+1, o.text))
		named = named || len(o.names) > 0
	}
	if named {
		label += ", by number or name"
	}
	at := -1
	_, err := p.ask(ctx, label, "", func(s string) (err error) {
		at, err = found(among, s)
		return err
	})
	return at, err
}

// found is the place of the option that a person means: by its number, its name, or what only one name begins with.
func found(among []option, text string) (int, error) {
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(among) {
		return n - 1, nil
	}
	for i := range among {
		if among[i].is(text) {
			return i, nil
		}
	}
	at, several := -1, false
	for i := range among {
		if slices.ContainsFunc(among[i].names, func(n string) bool { return strings.HasPrefix(strings.ToLower(n), strings.ToLower(text)) }) {
			at, several = i, at >= 0
		}
	}
	switch {
	case several:
		return 0, fmt.Errorf("%q is the beginning of several: say more of it, or a number from 1 to %d", text, len(among))
	case at < 0:
		return 0, fmt.Errorf("there is no %q here: give a number from 1 to %d", text, len(among))
	}
	return at, nil
}

// confirm asks yes or no. Anything but yes is no.
func (p *prompter) confirm(ctx context.Context, question string) (bool, error) {
	answer, err := p.ask(ctx, question+" yes or no", "no", func(string) error { return nil })
	answer = strings.ToLower(answer)
	return answer == "yes" || answer == "y", err
}

// typed asks for a phrase to be typed. Anything else is a no.
func (p *prompter) typed(ctx context.Context, question, phrase string) (bool, error) {
	answer, err := p.ask(ctx, strings.TrimSpace(question+" type "+phrase+" to do it"), "no", func(string) error { return nil })
	return strings.EqualFold(answer, phrase), err
}
