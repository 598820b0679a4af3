package bolt

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// recordVersion is the version of the stored form of headers, locks, resources and keys. Entries carry their own.
const recordVersion = 1

// header is the stored form of a summary, without what the key says already and what is empty.
//
// In the file a header has "last" after "sum": the sum of the saga's last entry, so that the writer can extend the chain,
// and readers can tell that the end is there, without reading the ledger.
type header struct {
	V int `json:"v"`
	engine.Summary
	WaitingOn string `json:"waiting_on"` // as older builds kept it: a sentence
}

func (h *header) summary(k key) engine.Summary {
	s := h.Summary
	s.ID = k.id()
	s.Short = s.ID.Short()
	if h.WaitingOn != "" {
		s.Waiting = engine.WaitingOf(h.WaitingOn)
	}
	return s
}

const (
	lastStart = `,"last":"`
	lastFrame = len(lastStart) + sumText + 1
)

// headerDraft is a header without "sum" and "last". Its digest is of what follows both.
type headerDraft draft

// draftHeader appends a header to b.
func draftHeader(b []byte, k key, s *engine.Summary) ([]byte, headerDraft) {
	b, at := begin(b)
	b = append(b, `,"v":`...)
	b = strconv.AppendInt(b, recordVersion, 10)
	b = append(s.AppendFields(b), '}')
	return b, headerDraft(finish(b, at, k.at(0), lastStart+noSum))
}

// seal completes the header with the sum of the last entry, which its own sum covers as what came before.
func (d *headerDraft) seal(last sum) []byte {
	s := link(last, &d.digest)
	s.put(d.value[len(sealStart) : len(sealStart)+sumText])
	at := sealFrame + len(lastStart)
	last.put(d.value[at : at+sumText])
	return d.value
}

// headerLast reads the sum of the saga's last entry out of a stored header, unchecked.
func headerLast(value []byte) (sum, error) {
	if _, err := statedSum(value); err != nil {
		return sum{}, err
	}
	end := sealFrame + lastFrame
	if len(value) < end+2 || string(value[sealFrame:sealFrame+len(lastStart)]) != lastStart || value[end-1] != '"' || value[end] != ',' {
		return sum{}, errBadSum
	}
	last, ok := parseSum(value[sealFrame+len(lastStart) : end-1])
	if !ok {
		return sum{}, errBadSum
	}
	return last, nil
}

var errNoHeader = errors.New("there is no header")

// headerIn reads the header of a saga in a transaction. One that is not there is errNoHeader, as damage: the caller has the
// id from somewhere.
func headerIn(tx *bbolt.Tx, k key) (header, error) {
	at := k.at(0)
	value := tx.Bucket(ledgerBucket).Get(at[:])
	if value == nil {
		return header{}, damaged("saga "+k.id().Short(), errNoHeader)
	}
	h, _, err := readHeader(k, value)
	return h, err
}

// readHeader checks a stored header and decodes it.
func readHeader(k key, value []byte) (header, sum, error) {
	at := k.at(0)
	return readHeaderAt(ledgerBucket, at[:], k, value)
}

func readHeaderAt(bucket, at []byte, k key, value []byte) (header, sum, error) {
	var h header
	last, err := headerLast(value)
	if err != nil {
		return h, last, damaged("header of saga "+k.id().Short(), err)
	}
	d := digest(bucket, at, value[sealFrame+lastFrame:])
	if stated, _ := statedSum(value); link(last, &d) != stated {
		return h, last, damaged("header of saga "+k.id().Short(), errBadSum)
	}
	if err := json.Unmarshal(value, &h); err != nil {
		return h, last, damaged("header of saga "+k.id().Short(), err)
	}
	if h.V > recordVersion {
		return h, last, fmt.Errorf("header of saga %s has form %d, this build knows %d: use a newer arcadia", k.id().Short(), h.V, recordVersion)
	}
	return h, last, nil
}
