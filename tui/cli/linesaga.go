package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/tui/decide"
	words "arcadia/tui/say"
)

// How many sagas a list has at once, and how many lines a log.
const (
	listedAtOnce = 20
	loggedAtOnce = 40
)

// needy are the sagas that go nowhere until whoever asks acts, the newest first.
func (m *lineMode) needy(ctx context.Context) ([]engine.Summary, error) {
	all, err := pages(ctx, m.p.Engine, engine.Query{Statuses: []engine.Status{engine.Failed, engine.Pending, engine.Running, engine.Compensating}})
	return slices.DeleteFunc(all, func(s engine.Summary) bool { return !words.StandOf(&s).Needs() }), err
}

// needs lists what needs somebody, and leads to it.
func (m *lineMode) needs(ctx context.Context) error {
	all, err := m.needy(ctx)
	if err != nil {
		return err
	}
	unheard, err := notify.NotDelivered(ctx, m.p.Engine)
	if err != nil {
		return err
	}
	if len(all)+len(unheard) == 0 {
		m.print("nothing needs you")
		return nil
	}
	options := m.sagaOptions(all)
	for _, d := range unheard {
		options = append(options, option{text: "undelivered: " + d.Target + " could not be told, " + d.Answer + ": " + words.Notice(d.Note), names: []string{d.ID}})
	}
	at, err := m.choose(ctx, "which", options)
	switch {
	case err != nil:
		return back(err)
	case at >= len(all):
		return m.delivery(ctx, &unheard[at-len(all)])
	}
	return m.saga(ctx, all[at].ID)
}

// sagaOptions are sagas to choose from, by their short ids and by what they are about.
func (m *lineMode) sagaOptions(all []engine.Summary) []option {
	out := make([]option, len(all))
	for i := range all {
		s := &all[i]
		texts, _ := words.Now{Clock: words.Clock{Now: time.Now()}, Frozen: m.p.Engine.Frozen()}.Texts(s)
		text := strings.Join([]string{s.Short, words.StandOf(s).Word(), s.Kind, s.Target}, "  ")
		if len(texts) > 0 {
			text += ", " + texts[0]
		}
		out[i] = option{text: text + ", launched " + moment(s.CreatedAt) + " by " + s.CreatedBy, names: []string{s.Short, s.Target, words.Name(s.Target)}}
	}
	return out
}

// list lists sagas, some at a time, and leads to the one that is chosen.
func (m *lineMode) list(ctx context.Context) error {
	from := engine.ID("")
	for {
		page, err := m.p.Engine.List(ctx, engine.Query{Limit: listedAtOnce, From: from})
		if err != nil {
			return err
		}
		if len(page.Items) == 0 {
			m.print("no sagas")
			return nil
		}
		options := m.sagaOptions(page.Items)
		if page.More {
			options = append(options, option{text: "older ones", names: []string{"older"}})
		}
		var id engine.ID
		more := false
		_, err = m.ask(ctx, m.numbered("which saga, by number, name or short id", options), "", func(s string) error {
			at, err := found(options, s)
			switch {
			case err == nil && at < len(page.Items):
				id = page.Items[at].ID
			case err == nil:
				more = true
			default: // any saga has a short id
				var missing error
				if id, missing = m.p.Engine.Find(ctx, s); missing == nil {
					return nil
				}
			}
			return err
		})
		switch {
		case err != nil:
			return back(err)
		case more:
			from = page.Items[len(page.Items)-1].ID
			continue
		}
		if err := m.saga(ctx, id); err != nil {
			return err
		}
	}
}

// numbered prints the options, and gives the question.
func (m *lineMode) numbered(question string, options []option) string {
	for i, o := range options {
		m.print(fmt.Sprintf("%2d. %s", i+1, o.text))
	}
	return question
}

// saga shows a saga, and asks what to do with it.
func (m *lineMode) saga(ctx context.Context, id engine.ID) error {
	s, err := m.p.Engine.Saga(ctx, id)
	if err != nil {
		return err
	}
	if err := ledger(m.out, m.p.Engine, s); err != nil {
		return err
	}
	return m.perform(ctx, "saga "+s.Short+"  "+title(s), func() ([]choice, error) {
		s, err := m.p.Engine.Saga(ctx, id)
		if err != nil {
			return nil, err
		}
		return m.choices(s), nil
	})
}

// choices are what can be done with a saga as it is.
func (m *lineMode) choices(s *engine.Saga) []choice {
	var out []choice
	if c := decide.Of(s, func(idx int) string { return m.p.Engine.UndoText(s, idx) }); c != nil {
		out = append(out, choice{"decide: " + c.What, func(ctx context.Context) error { return m.decide(ctx, s.ID) }, true})
	}
	for _, v := range m.verbs() {
		if s.Refuses(v.verb) == nil {
			out = append(out, choice{v.menu, m.act(v, s.ID), true})
		}
	}
	out = append(out,
		choice{label: "show its ledger again", do: func(ctx context.Context) error {
			now, err := m.p.Engine.Saga(ctx, s.ID)
			if err != nil {
				return err
			}
			return ledger(m.out, m.p.Engine, now)
		}},
		choice{label: "its log", do: func(ctx context.Context) error { return m.sagaLog(ctx, s.ID) }})
	if !atRest(s) {
		out = append(out, choice{label: "watch it", do: func(ctx context.Context) error { return m.watch(ctx, s.ID) }})
	}
	return append(out, choice{label: "launch it again, with its inputs to change", do: func(ctx context.Context) error {
		again := engine.Launch{Kind: s.Kind, Inputs: engine.Inputs{}}
		if slices.ContainsFunc(m.p.Engine.Kinds(), func(k engine.Kind) bool { return k.Name == s.Kind && k.Adhoc }) {
			again.Steps = s.StepNames
		}
		return m.begin(ctx, again, s.Inputs)
	}})
}

// sagaLog prints what a saga has done, in words.
func (m *lineMode) sagaLog(ctx context.Context, id engine.ID) error {
	s, err := m.p.Engine.Saga(ctx, id)
	if err != nil {
		return err
	}
	entries, err := m.p.Engine.Entries(ctx, id, 0)
	if err != nil {
		return err
	}
	for i := range entries {
		m.print(moment(entries[i].At) + "  " + event(s, &entries[i]))
	}
	return nil
}

// log prints what was done last over all sagas, in words, the newest at the end.
func (m *lineMode) log(ctx context.Context) error {
	type line struct {
		at   engine.Time
		text string
	}
	page, err := m.p.Engine.List(ctx, engine.Query{Limit: listedAtOnce})
	if err != nil {
		return err
	}
	var all []line
	for i := range page.Items {
		s := &page.Items[i]
		after := uint64(0)
		if s.Seq > loggedAtOnce {
			after = s.Seq - loggedAtOnce
		}
		entries, err := m.p.Engine.Entries(ctx, s.ID, after)
		if err != nil {
			return err
		}
		for k := range entries {
			all = append(all, line{entries[k].At, s.Short + "  " + event(&engine.Saga{Summary: *s}, &entries[k])})
		}
	}
	slices.SortStableFunc(all, func(a, b line) int { return a.at.Compare(b.at.Time) })
	for _, l := range all[max(0, len(all)-loggedAtOnce):] {
		m.print(moment(l.at) + "  " + l.text)
	}
	if len(all) == 0 {
		m.print("nothing has been done yet")
	}
	return nil
}

// watch follows a saga until it is at rest or the operator presses enter.
func (m *lineMode) watch(ctx context.Context, id engine.ID) error {
	m.print("enter stops watching; the saga goes on")
	looking, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		_, err := follow(looking, m.p.Engine, id, 0, watching{
			entry: func(s *engine.Saga, e *engine.Entry) error {
				m.print(clock(e.At) + "  " + event(s, e))
				return nil
			},
			freeze: func(text string) { m.print(text) },
			driven: m.p.Host != nil,
		})
		ended <- err
	}()
	lines := m.lines
	for {
		select {
		case err := <-ended:
			stop()
			return err
		case _, ok := <-lines:
			if !ok { // nobody can stop it any more: watch to the end
				lines = nil
				continue
			}
			stop()
			_ = <-ended
			return nil
		}
	}
}

// decide shows what can become of a saga that needs a person, and gives the answer that is chosen.
func (m *lineMode) decide(ctx context.Context, id engine.ID) error {
	s, err := m.p.Engine.Saga(ctx, id)
	if err != nil {
		return err
	}
	c := decide.Of(s, func(idx int) string { return m.p.Engine.UndoText(s, idx) })
	if c == nil {
		return fmt.Errorf("decide saga %s: nothing in it has to be decided", s.Short)
	}
	for _, row := range caseRows(s, c) {
		if row[0] != "answers" && row[0] != "" {
			m.print(row[0] + ": " + row[1])
		}
	}
	options := make([]option, len(c.Answers), len(c.Answers)+1)
	for i, a := range c.Answers {
		options[i] = option{text: a.Name + ": " + a.Does, names: []string{a.Name}}
	}
	options = append(options, option{text: "do nothing", names: []string{"do nothing"}})
	n, err := m.choose(ctx, "answer", options)
	if err != nil || n == len(c.Answers) {
		return cmp.Or(err, errBack)
	}
	a := c.Answers[n]
	q := engine.Request{IfSeq: s.Seq}
	if q.Reason, err = m.reason(ctx, a.Why == ""); err != nil {
		return err
	}
	sure := false
	if a.Phrase != "" {
		m.print(a.Loses)
		sure, err = m.typed(ctx, "", a.Phrase)
	} else {
		sure, err = m.confirm(ctx, a.Name+"?")
	}
	switch {
	case err != nil:
		return err
	case !sure:
		return errors.New("nothing was done")
	}
	if err := a.Do(ctx, m.p.Engine, s.ID, q); err != nil {
		return err
	}
	m.print("saga " + s.Short + ": " + a.Name)
	return nil
}

// resolve asks which row it is about.
func (m *lineMode) resolve(ctx context.Context, s *engine.Saga, v engine.Request) error {
	var left []string
	for i := range s.Rows {
		if s.Rows[i].Status == engine.RowCompensationFailed {
			left = append(left, strconv.Itoa(i))
			m.print(fmt.Sprintf("%d %s: %s", i, s.Rows[i].Name, s.Rows[i].Compensation.Error))
		}
	}
	var idx int
	_, err := m.ask(ctx, "number of the step ("+strings.Join(left, ", ")+")", left[0], func(a string) (err error) {
		if idx, err = strconv.Atoi(a); err != nil {
			err = errors.New("give one of " + strings.Join(left, ", "))
		}
		return err
	})
	if err != nil {
		return err
	}
	return m.p.Engine.Resolve(ctx, s.ID, idx, v)
}
