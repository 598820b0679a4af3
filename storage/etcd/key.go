package etcd

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"arcadia/engine"
)

// layout makes the keys of one store: all begin with /arcadia/NAME/. doc.go says what stands under them.
type layout struct{ root string }

func (l layout) meta() string   { return l.root + "meta" }
func (l layout) leader() string { return l.root + "lead" }
func (l layout) kept() string   { return l.root + "care" }
func (l layout) board() string  { return l.root + "board/" }
func (l layout) terms() string  { return l.root + "term/" }
func (l layout) ticket() string { return l.root + "q" } // the highest ever given
func (l layout) frozen() string { return l.root + "z" } // the newest freeze: its number, and whether it lets starts pass

func (l layout) headers() string               { return l.root + "h/" }
func (l layout) header(id engine.ID) string    { return l.headers() + string(id) }
func (l layout) ledger(id engine.ID) string    { return l.root + "e/" + string(id) + "/" }
func (l layout) suffixes() string              { return l.root + "f/" }
func (l layout) suffix(id engine.ID) string    { return l.suffixes() + reversed(id.Short()) }
func (l layout) named(key string) string       { return l.root + "i/" + key }
func (l layout) locks() string                 { return l.root + "l/" }
func (l layout) resources() string             { return l.root + "r/" }
func (l layout) docs(collection string) string { return l.root + "d/" + collection + "\x00" }
func (l layout) traces(name string) string     { return l.root + "t/" + name + "\x00" }
func (l layout) left(id engine.ID) string      { return l.root + "x/" + string(id) }
func (l layout) moves() string                 { return l.root + "m/" }
func (l layout) counters() string              { return l.root + "c/" }
func (l layout) nonce(process string) string   { return l.root + "n/" + process }
func (l layout) hosts() string                 { return l.root + "host/" }
func (l layout) freezes() string               { return l.root + "y/" }
func (l layout) orphaned() string              { return l.root + "g/" }
func (l layout) orphan(id engine.ID) string    { return l.orphaned() + string(id) }
func (l layout) prior(id engine.ID) string     { return l.root + "p/" + string(id) + "\x00" }

func (l layout) entries(id engine.ID, last uint64) string {
	return fmt.Sprintf("%s%016x", l.ledger(id), last)
}

func (l layout) lock(name string, id engine.ID) string  { return l.locks() + name + "\x00" + string(id) }
func (l layout) doc(collection, name string) string     { return l.docs(collection) + name }
func (l layout) trace(name string, id engine.ID) string { return l.traces(name) + string(id) }

// freeze has the numbers inverted, so that the newest comes first.
func (l layout) freeze(n uint64) string { return fmt.Sprintf("%s%016x", l.freezes(), ^n) }

// term has the time of its beginning inverted, so that the newest comes first.
func (l layout) term(began time.Time) string {
	return fmt.Sprintf("%s%016x", l.terms(), ^uint64(began.UnixMilli()))
}

// counter counts by its version how often a saga came to a status, or left it.
func (l layout) counter(sign byte, s engine.Status) string {
	return l.counters() + string(sign) + string(s)
}

// index is the beginning of the keys of an index of sagas, in the order in which a list walks it: an id ascends with its age, and
// an inverted one descends.
func (l layout) index(by, value string, oldest bool) string {
	if by == "a" && oldest {
		return l.headers()
	}
	if oldest {
		by = strings.ToUpper(by)
	}
	if by == "a" {
		return l.root + "a/"
	}
	return l.root + by + "/" + value + "\x00"
}

// inverted has each hex digit d of an id as f-d: the newest comes first.
func inverted(id string) string {
	b := []byte(id)
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9':
			b[i] = "fedcba9876"[c-'0']
		case c >= 'a' && c <= 'f':
			b[i] = '0' + 'f' - c
		}
	}
	return string(b)
}

// reversed has the digits in reverse order, so that the end of an id is a beginning.
func reversed(digits string) string {
	b := []byte(digits)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// storable reports whether a name can stand in a key at all; see engine.Batch.Fits.
func storable(name string) bool {
	return len(name) <= engine.MaxName && utf8.ValidString(name) && strings.IndexByte(name, 0) < 0
}

// clockBits of an id say when it was made, in milliseconds.
const (
	clockBits = 48
	lastClock = uint64(1)<<clockBits - 1
)

// clockOf is the time in the beginning of an id, or of an inverted one.
func clockOf(text string) (ms uint64) {
	for i := 0; i < 13 && i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			ms = ms<<4 | uint64(c-'0')
		case c >= 'a' && c <= 'f':
			ms = ms<<4 | uint64(c-'a'+10)
		}
	}
	return ms
}

// clockText is where the ids of a time begin.
func clockText(ms uint64) string { return fmt.Sprintf("%08x-%04x", ms>>16, ms&0xffff) }
