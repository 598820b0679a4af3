// Package etcd keeps an engine.Store in etcd, so that several processes, on several machines, have it open at once. It is an
// engine.Elector: of all of them one drives, by a lease; and an engine.Watcher.
//
// Under /arcadia/NAME/ stand, with an id's inverted form (each hex digit d as f-d) where the newest comes first:
//
//	meta                        the format, the schema, when the store was made
//	lead                        the name of the process that drives, with a lease; the key's create revision is the term's token
//	host/NAME                   a process that has the store open, with a lease
//	h/ID                        a saga's header; an append compares its revision
//	e/ID/NUMBER                 the entries of one append, by the number of the last, with the append's nonce
//	a/INVERTED                  all sagas; k/KIND\0INVERTED, b/OPERATOR\0INVERTED, s/STATUS\0INVERTED, and K, B, S by ID
//	f/REVERSED SHORT            the saga with this short
//	i/KEY                       the saga that was created last under a caller's key
//	g/ID                        the key under which a saga was created that has been removed, until it is good no longer
//	l/NAME\0ID                  a place in a lock's queue; q is the highest ticket ever given
//	r/KEY  p/PRIOR\0ID          a resource; that ID has taken over one from PRIOR
//	d/COLLECTION\0NAME          a document
//	t/NAME\0ID  x/ID            a trace, in the order of revisions; the names that a saga has left
//	m/FROM                      where a resource has moved
//	y/INVERTED NUMBER           a freeze; z is the number of the newest, and whether it lets starts pass
//	c/+STATUS  c/-STATUS        counters: how often a saga came to a status and left it is the sum of the versions of these keys and
//	                            of those with /SLOT behind them, of which each append of one request has its own
//	care                        when revisions were given up last, what was archived, when a backup was made
//	term/INVERTED TIME          a term: who drove from when to when, and how it ended
//	board/NAME                  what hosts leave for each other, on which nothing depends
//	n/PROCESS                   the nonce of the last change of this process that stands in no ledger
//
// An append is one transaction. It compares the revision of the header, the term, the newest freeze and the highest ticket, and so
// needs no lock anywhere: whoever comes second is refused by what it compares. etcd answers when more than half of the members
// have it on disk.
package etcd
