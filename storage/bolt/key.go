package bolt

import (
	"encoding/binary"
	"encoding/hex"

	"arcadia/engine"
)

// key is a saga id as it stands in the file: the 16 bytes of the UUID, which sort by creation time.
type key [16]byte

// keyOf reads the canonical text of an id. Anything else is no id and is in no store.
func keyOf(id engine.ID) (k key, ok bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return k, false
	}
	n := 0
	for i := 0; i < len(id); {
		if id[i] == '-' {
			i++
			continue
		}
		hi, lo := nibble(id[i]), nibble(id[i+1])
		if hi > 15 || lo > 15 {
			return k, false
		}
		k[n] = hi<<4 | lo
		n++
		i += 2
	}
	return k, true
}

// nibble is the value of a lower-case hex digit, above 15 for anything else.
func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 0xff
}

// id is the canonical text.
func (k key) id() engine.ID {
	var b [36]byte
	hex.Encode(b[0:8], k[0:4])
	b[8] = '-'
	hex.Encode(b[9:13], k[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], k[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], k[8:10])
	b[23] = '-'
	hex.Encode(b[24:36], k[10:16])
	return engine.ID(b[:])
}

// reversed has the hex digits in reverse order, so that every end of an id is a beginning of a key in the suffix index.
func (k key) reversed() key {
	var r key
	for i, b := range k {
		r[15-i] = b<<4 | b>>4
	}
	return r
}

// next is the id just above, false after the last.
func (k key) next() (key, bool) {
	for i := 15; i >= 0; i-- {
		if k[i]++; k[i] != 0 {
			return k, true
		}
	}
	return k, false
}

// previous is the id just below, false before the first.
func (k key) previous() (key, bool) {
	for i := 15; i >= 0; i-- {
		if k[i]--; k[i] != 0xff {
			return k, true
		}
	}
	return k, false
}

// ledgerKey is a place in a saga's ledger. The parts have fixed widths: no saga's key is the beginning of another's.
type ledgerKey [24]byte

// at is where the record stands that ends with entry seq; 0 is the header.
func (k key) at(seq uint64) (l ledgerKey) {
	copy(l[:], k[:])
	binary.BigEndian.PutUint64(l[16:], seq)
	return l
}

// seq is the number of the last entry in the record, or 0 for the header.
func (l ledgerKey) seq() uint64 { return binary.BigEndian.Uint64(l[16:]) }

// lockKey is a place in a queue: sorted by name, then by ticket. Names hold no zero byte (see engine.Batch.Fits).
func lockKey(name string, ticket uint64, k key) []byte {
	b := make([]byte, 0, len(name)+1+8+16)
	b = append(b, name...)
	b = append(b, 0)
	b = binary.BigEndian.AppendUint64(b, ticket)
	return append(b, k[:]...)
}
