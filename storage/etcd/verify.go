package etcd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// Report is what Verify found.
type Report struct {
	Sagas    int
	Entries  int
	Problems []string // the first hundred
	More     int      // problems that are not named
}

const mostProblems = 100

func (r *Report) problem(format string, args ...any) {
	if len(r.Problems) >= mostProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// Verify holds every record of a moment against every other that should say the same: ledgers and headers, headers and indexes,
// places in queues, traces. What ledgers mean is engine.Check's affair. The error is for a check that could not be made.
func (m *Moment) Verify(ctx context.Context) (Report, error) {
	v := verifying{Moment: m}
	q := engine.Query{Oldest: true, Limit: verifyPage}
	for more := true; more; {
		p, err := m.List(ctx, q)
		if err != nil {
			return v.report, err
		}
		if err := v.page(ctx, p.Items); err != nil {
			return v.report, err
		}
		more = p.More
		if len(p.Items) > 0 {
			q.From = p.Items[len(p.Items)-1].ID
		}
	}
	for _, look := range []func(context.Context) error{v.sizes, v.queues, v.traces, v.freeze} {
		if err := look(ctx); err != nil {
			return v.report, err
		}
	}
	return v.report, nil
}

// verifyPage is how many sagas are looked at together: an answer of etcd must hold their ledgers.
const verifyPage = 50

type verifying struct {
	*Moment
	report Report
	held   int // records of entries that belong to a saga
}

// page looks at the ledgers of sagas that follow each other, and for each of its places in the indexes.
func (v *verifying) page(ctx context.Context, sagas []engine.Summary) error {
	k := v.keys
	var places []string
	for i := range sagas {
		h := &sagas[i]
		v.report.Sagas++
		places = append(places, k.of(h)...)
		r, err := v.get(ctx, "read the ledger of saga "+h.Short, k.ledger(h.ID), clientv3.WithPrefix())
		if err != nil {
			return err
		}
		next := uint64(1)
		for _, kv := range r.Kvs {
			v.held++
			rec, err := decodeEntries("ledger of saga "+h.Short, kv.Value)
			if err != nil {
				v.report.problem("%v", err)
				continue
			}
			for j := range rec.Entries {
				if rec.Entries[j].Seq != next {
					v.report.problem("ledger of saga %s: entry %d stands where %d should be", h.Short, rec.Entries[j].Seq, next)
				}
				next = rec.Entries[j].Seq + 1
				v.report.Entries++
			}
			if string(kv.Key) != k.entries(h.ID, next-1) {
				v.report.problem("ledger of saga %s: entries up to %d stand at %q", h.Short, next-1, kv.Key[len(k.root):])
			}
		}
		if next != h.Seq+1 {
			v.report.problem("ledger of saga %s ends at %d, its header says %d", h.Short, next-1, h.Seq)
		}
	}
	found, err := v.several(ctx, "read indexes", 0, places)
	if err != nil {
		return err
	}
	for i, kv := range found {
		if kv == nil {
			v.report.problem("saga %s is not at %q", sagas[i/(len(places)/len(sagas))].Short, strings.TrimPrefix(places[i], k.root))
		}
	}
	return nil
}

// sizes finds what stands in an index or among the ledgers and belongs to no saga: everything that does was found there.
func (v *verifying) sizes(ctx context.Context) error {
	for index, want := range map[string]int{
		"h/": v.report.Sagas, "a/": v.report.Sagas, "f/": v.report.Sagas, "e/": v.held,
		"k/": v.report.Sagas, "b/": v.report.Sagas, "s/": v.report.Sagas, "K/": v.report.Sagas, "B/": v.report.Sagas, "S/": v.report.Sagas,
	} {
		r, err := v.get(ctx, "count index "+index, v.keys.root+index, clientv3.WithPrefix(), clientv3.WithCountOnly())
		if err != nil {
			return err
		}
		if int(r.Count) != want {
			v.report.problem("%d records under %s, the sagas account for %d", r.Count, index, want)
		}
	}
	return nil
}

// queues compares the tickets with the highest that was ever given.
func (v *verifying) queues(ctx context.Context) error {
	r, err := v.get(ctx, "read the highest ticket", v.keys.ticket())
	if err != nil {
		return err
	}
	locks, err := v.Locks(ctx)
	if err != nil {
		return err
	}
	for _, l := range locks {
		if len(r.Kvs) == 0 || ticketText(l.Ticket) > string(r.Kvs[0].Value) {
			v.report.problem("lock %q: ticket %d of saga %s is above the highest that was given", l.Name, l.Ticket, l.Saga.Short())
		}
	}
	return nil
}

// traces compares each with what its saga says that it has left.
func (v *verifying) traces(ctx context.Context) error {
	all, err := v.Traces(ctx)
	if err != nil {
		return err
	}
	of := map[engine.ID][]string{}
	for _, t := range all {
		of[t.Saga] = append(of[t.Saga], t.Name)
	}
	at := v.keys.left("")
	r, err := v.get(ctx, "read what was left", at, clientv3.WithPrefix())
	if err != nil {
		return err
	}
	for _, kv := range r.Kvs {
		id := engine.ID(kv.Key[len(at):])
		rec, err := decode[tracesRecord]("traces of saga "+id.Short(), kv.Value)
		if err != nil {
			v.report.problem("%v", err)
		} else if !slices.Equal(rec.Names, of[id]) {
			v.report.problem("saga %s has left traces under %q, and %q are there", id.Short(), rec.Names, of[id])
		}
		delete(of, id)
	}
	for id, names := range of {
		v.report.problem("traces under %q are of saga %s, which knows of none", names, id.Short())
	}
	return nil
}

// freeze compares the newest with the key that starts compare.
func (v *verifying) freeze(ctx context.Context) error {
	last, err := v.Freezes(ctx, 1)
	if err != nil {
		return err
	}
	r, err := v.get(ctx, "read the newest freeze", v.keys.frozen())
	if err != nil {
		return err
	}
	have, want := "", ""
	if len(r.Kvs) > 0 {
		have = string(r.Kvs[0].Value)
	}
	if len(last) > 0 {
		want = gateText(&last[0])
	}
	if have != want {
		v.report.problem("the gate of freezes says %q, the newest freeze says %q", have, want)
	}
	return nil
}
