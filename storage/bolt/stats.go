package bolt

import "time"

// Stats are sums since the store was opened.
type Stats struct {
	Commits      int64         // transactions that were committed
	Batches      int64         // batches in them
	Refused      int64         // batches answered with a refusal
	Entries      int64         // entries in them
	Bytes        int64         // of keys and values of entries, headers and resources handed to bbolt
	CommitTime   time.Duration // all commits together, from begin to durable
	LargestGroup int64         // most batches in one commit
	Pages        int64         // written, free list and meta pages left out
	WriteTime    time.Duration // of CommitTime, in writing and syncing pages
	SpillTime    time.Duration // of CommitTime, in laying out pages
}

// Stats are zero for a store that is open for reading only.
func (s *Store) Stats() Stats {
	if s.writer == nil {
		return Stats{}
	}
	c := &s.writer.stats
	tx := s.db.Stats().TxStats
	return Stats{
		Pages: tx.GetWrite(), WriteTime: tx.GetWriteTime(), SpillTime: tx.GetSpillTime() + tx.GetRebalanceTime(),
		Commits: c.commits.Load(), Batches: c.batches.Load(), Refused: c.refused.Load(), Entries: c.entries.Load(),
		Bytes: c.bytes.Load(), CommitTime: time.Duration(c.nanos.Load()), LargestGroup: c.largest.Load(),
	}
}
