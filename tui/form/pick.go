package form

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/list"
	"arcadia/tui/say"
)

// pickPatience is how long the provider may take to list what there is.
const pickPatience = 20 * time.Second

// pickTyped stands among the rows shown for what has been typed, as it is.
const pickTyped = -1

// pickRow is one value that can be picked. All but the value itself is clean.
type pickRow struct{ value, label, detail string }

// pick is the list under a field.
type pick struct {
	gen     int    // counts loads: the answer to an older one is dropped
	sig     string // the inputs that the rows were loaded for
	loaded  bool
	loading bool
	failed  string // why there is no list
	rows    []pickRow
	shown   []int // indices of rows in the order of how well they fit, or pickTyped
	cursor  int   // of shown; below 0: on none
	top     int
	typed   bool // the line was typed in since the field got the focus
	moved   bool // the cursor was moved since then
}

// Loaded answers a load.
type Loaded struct {
	Form   *Form
	key    string
	gen    int
	rows   []pickRow
	failed string
}

// load asks what can be picked, when that is not known for these inputs.
func (f *Form) load(fd *Field) Load {
	p := fd.pick
	in := f.Inputs()
	delete(in, fd.Key)
	sig := signature(in)
	if (p.loaded || p.loading) && p.sig == sig {
		return nil
	}
	p.gen++
	p.sig, p.loaded, p.loading, p.failed = sig, false, true, ""
	reader := fd.readers[slices.IndexFunc(fd.readers, func(r reader) bool { return r.field.Options != nil })]
	m := Loaded{Form: f, key: fd.Key, gen: p.gen}
	return func(ctx context.Context) tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, pickPatience)
		defer cancel()
		options, err := reader.field.Options(ctx, in.Step(reader.idx))
		if err != nil {
			m.failed = visible.Text(err.Error())
			if errors.Is(err, context.DeadlineExceeded) {
				m.failed = "no answer within " + say.Took(pickPatience)
			}
			return m
		}
		m.rows = make([]pickRow, len(options))
		for i, o := range options {
			m.rows[i] = pickRow{value: o.Value, label: visible.Text(o.Label), detail: visible.Text(o.Detail)}
			if o.Label == "" {
				m.rows[i].label = visible.Text(o.Value)
			}
		}
		return m
	}
}

// Loaded takes the answer.
func (f *Form) Loaded(m Loaded) {
	fd := f.Find(m.key)
	if fd == nil || fd.pick == nil || fd.pick.gen != m.gen {
		return
	}
	p := fd.pick
	p.loading, p.loaded, p.failed, p.rows = false, m.failed == "", m.failed, m.rows
	if fd.label == "" {
		if i := slices.IndexFunc(p.rows, func(r pickRow) bool { return r.value == fd.Value() && r.value != "" }); i >= 0 {
			fd.label = p.rows[i].label
		}
	}
	f.narrow(fd)
}

// narrow leaves the rows that fit what was typed. What has been typed is offered too when the field would take it; then
// enter means just that, and the list is there for the arrows.
func (f *Form) narrow(fd *Field) {
	p := fd.pick
	p.shown, p.top, p.cursor, p.moved = p.shown[:0], 0, -1, false
	text := strings.TrimSpace(fd.line.String())
	if !p.typed || text == "" {
		for i := range p.rows {
			p.shown = append(p.shown, i)
			if p.rows[i].value == fd.Value() {
				p.cursor = i
			}
		}
		if p.cursor < 0 && fd.Value() == "" && fd.required() && len(p.rows) > 0 {
			p.cursor = 0
		}
		return
	}
	ranks := map[int]int{}
	exact, fit := false, fitting(text)
	for i, r := range p.rows {
		if n, ok := fit(r); ok {
			ranks[i] = n
			p.shown = append(p.shown, i)
			exact = exact || r.value == text
		}
	}
	slices.SortStableFunc(p.shown, func(a, b int) int { return cmp.Compare(ranks[a], ranks[b]) })
	if !exact && f.takes(fd, text) {
		p.shown = slices.Insert(p.shown, 0, pickTyped)
	}
	if len(p.shown) > 0 {
		p.cursor = 0
	}
}

// takes reports whether the field would take the text as it is.
func (f *Form) takes(fd *Field, text string) bool { return fd.check(f.Inputs(), text) == nil }

// fitting says how well a row fits what was typed; lower is better. What only has the letters in their order comes last.
func fitting(text string) func(r pickRow) (int, bool) {
	passes, scattered := list.Words(text), list.Words("~"+strings.Join(strings.Fields(text), ""))
	text = strings.ToLower(text)
	return func(r pickRow) (int, bool) {
		value, label := strings.ToLower(r.value), strings.ToLower(r.label)
		switch {
		case value == text, label == text:
			return 0, true
		case strings.HasPrefix(label, text):
			return 1, true
		case strings.HasPrefix(value, text):
			return 2, true
		case passes(r.label):
			return 3, true
		case passes(r.value):
			return 4, true
		case passes(r.label + " " + r.value + " " + r.detail):
			return 5, true
		}
		return 6, scattered(r.label)
	}
}

// move moves the cursor in the list.
func (p *pick) move(n int) {
	if len(p.shown) > 0 {
		p.cursor, p.moved = max(0, min(p.cursor+n, len(p.shown)-1)), true
	}
}

// choose takes the row under the cursor into the field; what was typed stays what it is.
func (f *Form) choose(fd *Field) {
	p := fd.pick
	if p.cursor < 0 || p.cursor >= len(p.shown) || p.shown[p.cursor] == pickTyped {
		return
	}
	r := p.rows[p.shown[p.cursor]]
	fd.edited()
	fd.Put(r.value, r.label)
}

func signature(in engine.Inputs) string {
	keys := make([]string, 0, len(in))
	for k := range in {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, k := range keys {
		b.WriteString(k + "\x00" + in[k] + "\x00")
	}
	return b.String()
}
