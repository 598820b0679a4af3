package etcd

import (
	"context"

	"arcadia/engine"
)

// termsShown is how many terms are shown.
const termsShown = 50

// Cluster is how the store is kept and how its members are, who drove, and since when each host was last heard of.
func (s *Store) Cluster(ctx context.Context) (engine.Cluster, error) {
	is, err := s.Condition(ctx)
	c := engine.Cluster{
		Store: is.Address, Revision: is.Revision, Full: is.Full, Compacted: is.Compacted, Archived: is.Archived, ArchivedIn: is.ArchivedIn, Backup: is.Backup,
		Members: []engine.Member{}, Terms: []engine.Tenure{}, Heard: map[string]int{},
	}
	for _, m := range is.Members {
		c.Members = append(c.Members, engine.Member{
			Name: m.Name, Version: m.Version, Leads: m.Leads, Behind: m.Behind, Used: m.Used, Quota: m.Quota, RoundTrip: m.RoundTrip.Microseconds(), Trouble: m.Trouble,
		})
	}
	if err != nil {
		return c, err
	}
	terms, err := s.Tenures(ctx, termsShown)
	for _, t := range terms {
		c.Terms = append(c.Terms, engine.Tenure{Host: t.Host, Began: t.Began, Ended: t.Ended, How: string(t.How)})
	}
	if err != nil {
		return c, err
	}
	heard, err := s.Heard(ctx)
	for name, since := range heard {
		c.Heard[name] = int(since.Milliseconds())
	}
	return c, err
}
