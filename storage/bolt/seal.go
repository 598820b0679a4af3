package bolt

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// A sealed value is one JSON object:
//
//	{"sum":"<16 characters>", ... }
//
// The body is everything from the comma on. The sum is the first 12 bytes of SHA-256(previous sum, SHA-256(scope, body)),
// in base64: the inner hash is the expensive one and is taken where the value is encoded, by the caller's goroutine; the
// writer only adds the outer one, when it knows what comes before. Scope is the bucket and the key, so that a value under
// another key is found too. 12 bytes make the text exactly 16 characters: no bit of it is without meaning.
const (
	sumBytes  = 12
	sumText   = 16
	sealStart = `{"sum":"`
	noSum     = `................"`          // until it is known
	sealFrame = len(sealStart) + sumText + 1 // up to the comma
)

// sum is the hash of a sealed value. The zero sum comes before a saga's first entry, and before all that is not chained.
type sum [sumBytes]byte

func (s sum) put(text []byte) { base64.RawURLEncoding.Encode(text, s[:]) }
func (s sum) String() string  { return base64.RawURLEncoding.EncodeToString(s[:]) }
func parseSum(text []byte) (sum, bool) {
	var s sum
	n, err := base64.RawURLEncoding.Decode(s[:], text)
	return s, err == nil && n == sumBytes
}

// draft is a value that lacks only its sum.
type draft struct {
	value  []byte
	digest [sha256.Size]byte
}

// front is the room left before a body in a ledger: first for its scope, so that both are hashed in one piece and
// nothing is allocated, and then for its frame.
const front = 64

// begin leaves room in b for what comes before a body, which is to be appended from the returned place on.
func begin(b []byte) (_ []byte, at int) {
	var room [front]byte
	b = append(b, room[:]...)
	return b, len(b)
}

// finish makes a draft of the body that begins at the given place in b: an object's members with the closing brace, the
// first of them after a comma or after the object's opening brace. between stands between the sum and the body and is
// not part of the digest.
func finish(b []byte, at int, k ledgerKey, between string) (d draft) {
	b[at] = ','
	start := at - copy(b[at-len(k):at], k[:]) - 1
	b[start] = 0
	start -= copy(b[start-len(ledgerBucket):start], ledgerBucket)
	d.digest = sha256.Sum256(b[start:])
	start = at - copy(b[at-len(between):at], between)
	start -= copy(b[start-len(noSum):start], noSum)
	start -= copy(b[start-len(sealStart):start], sealStart)
	d.value = b[start:len(b):len(b)]
	return d
}

// seal completes the value with its sum and returns both.
func (d *draft) seal(previous sum) ([]byte, sum) {
	s := link(previous, &d.digest)
	s.put(d.value[len(sealStart) : len(sealStart)+sumText])
	return d.value, s
}

// sealed encodes and seals what is not chained: v is a struct that gives a JSON object with at least one field.
func sealed(bucket, key []byte, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	raw[0] = ','
	d := draft{value: append([]byte(sealStart+noSum), raw...), digest: digest(bucket, key, raw)}
	value, _ := d.seal(sum{})
	return value, nil
}

// unseal checks a value against its key and what came before, and returns its sum. The value stays plain JSON.
func unseal(bucket, key, value []byte, previous sum) (sum, error) {
	s, err := statedSum(value)
	if err != nil {
		return s, err
	}
	d := digest(bucket, key, value[sealFrame:])
	if link(previous, &d) != s {
		return s, errBadSum
	}
	return s, nil
}

// statedSum reads the sum that a value claims.
func statedSum(value []byte) (sum, error) {
	if len(value) < sealFrame+2 || string(value[:len(sealStart)]) != sealStart || value[sealFrame-1] != '"' || value[sealFrame] != ',' {
		return sum{}, errBadSum
	}
	s, ok := parseSum(value[len(sealStart) : len(sealStart)+sumText])
	if !ok {
		return sum{}, errBadSum
	}
	return s, nil
}

func digest(bucket, key, body []byte) (d [sha256.Size]byte) {
	h := sha256.New()
	h.Write(bucket)
	h.Write([]byte{0})
	h.Write(key)
	h.Write(body)
	h.Sum(d[:0])
	return d
}

func link(previous sum, d *[sha256.Size]byte) (s sum) {
	var b [sumBytes + sha256.Size]byte // one block of the hash
	copy(b[:], previous[:])
	copy(b[sumBytes:], d[:])
	full := sha256.Sum256(b[:])
	copy(s[:], full[:])
	return s
}
