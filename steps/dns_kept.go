package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// keptAs compares what was sent with what the provider says it has stored. It returns the stored record, canonical, when it
// says something else: that is then what was written, for the undo, for drift and for the next run. A TTL of 0 is an answer
// that does not say it.
func keptAs(zone string, sent, stored Record) (Record, bool) {
	kept := stored.canonical(zone)
	kept.Type, kept.Name = sent.Type, sent.Name
	if kept.TTL == 0 {
		kept.TTL = sent.TTL
	}
	if kept.Data == "" {
		kept.Data = sent.Data
	}
	return kept, !kept.same(sent) || kept.TTL != sent.TTL
}

// otherwise says what became of a record on its way; empty when the provider keeps what was sent. Each change sends one.
func (c change) otherwise() string {
	for _, o := range c.Ops {
		if o.Sent != nil && o.After != nil && (!o.Sent.same(*o.After) || o.Sent.TTL != o.After.TTL) {
			return fmt.Sprintf("sent %s, the provider keeps it as %s", o.Sent.describe(), o.After.describe())
		}
	}
	return ""
}

// asKept puts what the provider has stored in the place of what was sent.
func (c *change) asKept(done []progress) {
	for i := range c.Ops {
		if done[i].Kept == nil || c.Ops[i].After == nil {
			continue
		}
		kept := *done[i].Kept
		kept.ID = c.Ops[i].After.ID
		if c.Ops[i].Sent == nil {
			c.Ops[i].Sent = c.Ops[i].After
		}
		c.Ops[i].After = &kept
	}
}

// inWords notes with what is changed or deleted in which words it was sent.
func (c *change) inWords(sent map[int64]Record) {
	for i := range c.Ops {
		if words, ok := sent[c.Ops[i].ID]; ok {
			c.Ops[i].Words = &words
		}
	}
}

// worded has the writes of an undo send what they put back in the words in which it was sent before.
func (c change) worded(undo []op, became map[int64]int64) {
	for _, o := range c.Ops {
		if o.Words == nil {
			continue
		}
		for i := range undo {
			u := &undo[i]
			if u.After == nil || u.ID != o.ID && u.ID != present(o.ID, became) || !u.After.canonical(c.Zone).same(o.Before.canonical(c.Zone)) {
				continue
			}
			words := *o.Words
			words.TTL = u.After.TTL
			u.Sent = &words
		}
	}
}

// astray is the conflict of an undo that wrote what was there before and has not got it back.
func (c change) astray(o op, stored Record) error {
	kept, other := keptAs(c.Zone, o.After.canonical(c.Zone), stored)
	if !other {
		return nil
	}
	return &engine.Conflict{
		Subject: o.After.title(c.Zone), Prior: o.After.describe(), Written: o.After.describe(), Live: kept.describe(),
		Why: "it was written back, and the provider keeps it otherwise than before: change it by hand, or resolve the row",
	}
}

// recognize finds, among the live records, what a write without an answer has become in other words, and puts it in the
// place of what was sent. Only what has the letters and digits of what was sent is taken for it: a quote or a backslash
// less, another case.
func (c *change) recognize(done []progress, live []Record) {
	_, _, now := at(c.Zone, c.Name, c.Type, live)
	for i, o := range c.Ops {
		if done[i].Done || done[i].Refused || o.After == nil {
			continue
		}
		alike := func(r Record) bool { return r.Type == o.After.Type && resembles(r.canonical(c.Zone), *o.After) }
		if o.Do == opUpdate {
			at := slices.IndexFunc(now, func(r Record) bool { return r.ID == o.ID })
			if at < 0 || !alike(now[at]) || now[at].canonical(c.Zone).same(o.Before.canonical(c.Zone)) {
				continue
			}
			done[i].keep(c.Zone, *o.After, now[at])
			continue
		}
		fresh := func(r Record) bool {
			return !slices.ContainsFunc(c.Before, func(b Record) bool { return b.ID == r.ID }) &&
				!slices.ContainsFunc(done, func(p progress) bool { return p.ID == r.ID })
		}
		equal := func(r Record) bool { return fresh(r) && r.canonical(c.Zone).same(*o.After) }
		if slices.ContainsFunc(now, equal) {
			continue
		}
		if at := slices.IndexFunc(now, func(r Record) bool { return fresh(r) && alike(r) }); at >= 0 {
			done[i].keep(c.Zone, *o.After, now[at])
		}
	}
	c.asKept(done)
}

// keep notes that the provider has stored something else than was sent.
func (p *progress) keep(zone string, sent, stored Record) {
	if kept, other := keptAs(zone, sent, stored); other {
		p.Kept = &kept
	}
}

// resembles reports whether two canonical records differ only in what a provider may change in a value.
func resembles(a, b Record) bool {
	a.Data, b.Data = bare(a.Data), bare(b.Data)
	return a.Data != "" && a.same(b)
}

// bare is a value without case and without what is neither letter nor digit.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// sentFor reads from the store what was sent for records of the name that the provider keeps in other words, as far as they
// are still as it kept them.
func (d dnsWriter) sentFor(ctx context.Context, zone string, live []Record) (map[int64]Record, error) {
	if len(live) == 0 {
		return nil, nil
	}
	owned, err := d.ledger.Resources(ctx, recordKeys(live)...)
	if err != nil {
		return nil, fmt.Errorf("read what sagas have written at %s: %w", visible.Short(zone, 80), err)
	}
	out := map[int64]Record{}
	for _, r := range owned {
		spec, err := recordOf(r)
		if err != nil || spec.Sent == nil {
			continue // one that nobody can read tells nothing here; steps about it refuse it
		}
		at := slices.IndexFunc(live, func(l Record) bool { return l.ID == spec.ID })
		if at >= 0 && live[at].canonical(zone).same(spec.Record) && live[at].TTL == spec.TTL {
			out[spec.ID] = spec.Sent.canonical(zone)
		}
	}
	return out, nil
}
