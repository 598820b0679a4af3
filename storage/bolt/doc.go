// Package bolt keeps the ledgers of all sagas in one bbolt file. Open gives an engine.Store.
//
// What is guaranteed: an Append that returned nil is on the disk (fsynced); all of a batch or none of it is there; one
// process at a time has the file. An error of the file stops the store for good (see Store.Stopped): a commit that
// returned an error may be durable all the same, and only the next start can read which.
//
// What is not: Verify finds damage, it does not mend it. Backups are what mends.
//
// The file, as the bbolt command shows it:
//
//	meta       format, counts                       sealed JSON; counts has the mark as well (recent.go)
//	ledger     id 0                                 sealed JSON of the header, with the seal of the last record
//	           id seq                               sealed JSON of the entries of one append, up to seq, chained within a saga
//	status     one bucket per status:     id        nothing
//	kind       one bucket per kind:       id        nothing
//	by         one bucket per creator:    id        nothing
//	suffix     id with its hex digits reversed      nothing; any end of an id is a beginning here
//	keys       a caller's key                       sealed JSON {saga_id}
//	locks      name 00 ticket id                    sealed JSON of engine.Lock
//	resources  Resource.Key                         sealed JSON of engine.Resource
//	freezes    n                                    sealed JSON of engine.Freeze
//	docs       collection 00 name                   sealed JSON of engine.Doc
//	traces     name 00 n id                         nothing; a saga whose effect stands there, n counts up
//	moves      Resource.Key                         sealed JSON {to}; an undo has put it back under another id
//	links      see links.go                         nothing; what keeps a saga from being pruned
//
// status, kind, by and suffix hold the sagas up to the mark. Those above it, a few thousand at most, are known from the
// ledger and put in together, so that a commit touches little more than the ledgers it appends to.
//
// An id is its 16 bytes, seq and ticket are 8 bytes, big-endian. Rows and context of a saga are not stored: they are the
// fold of its entries, so nothing stored can disagree with the ledger.
//
// A sealed value is a JSON object that begins with "sum", a hash over the key and all that follows in the value. The sum
// of a record of entries also covers the sum of the one before, and the header keeps the last one, so that an entry that
// is changed, moved, missing or added is found. bbolt itself notices almost no damage inside a page.
//
// One goroutine writes (writer.go). It takes all batches that wait into one transaction, so that they share its two
// fsyncs:
//
//	Append ──encode──► queue ──► writer: check, seal, put ──► commit ──► every caller gets its own answer
package bolt
