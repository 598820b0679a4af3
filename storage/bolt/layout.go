package bolt

import (
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// The buckets. doc.go says what is in them.
var (
	metaBucket      = []byte("meta")
	ledgerBucket    = []byte("ledger")
	statusBucket    = []byte("status")
	kindBucket      = []byte("kind")
	byBucket        = []byte("by")
	suffixBucket    = []byte("suffix")
	keysBucket      = []byte("keys")
	locksBucket     = []byte("locks")
	resourcesBucket = []byte("resources")
	linksBucket     = []byte("links")
	tracesBucket    = []byte("traces")
	movesBucket     = []byte("moves")
)

// buckets lists all of them.
func buckets() [][]byte {
	return [][]byte{
		metaBucket, ledgerBucket, statusBucket, kindBucket, byBucket, suffixBucket, keysBucket,
		locksBucket, resourcesBucket, linksBucket, tracesBucket, movesBucket,
	}
}

// How full a page is left when it splits. Keys of the id indexes arrive in order, so that the left page is never written
// into again, and may be full. A ledger grows where its saga stands: with this much room, pages are written least often and
// the file is smallest (measured from 0.4 to 1 with 1 to 256 callers: a quarter fewer pages than with 0.85). The suffix
// index is in random order, for which bbolt's default of a half is right.
const (
	indexFill  = 0.95
	ledgerFill = 0.70
)

const (
	formatName = "arcadia"
	schema     = 3 // of the layout of the file
)

var (
	formatKey = []byte("format")
	countsKey = []byte("counts")
)

// format is the one record that every schema has in this form, so that every build can read how new a file is.
type format struct {
	V      int    `json:"v"`
	Format string `json:"format"`
	Schema int    `json:"schema"`
}

// counts is the stored form of the kept counters.
type counts struct {
	V        int                   `json:"v"`
	Total    int                   `json:"total"`
	ByStatus map[engine.Status]int `json:"by_status"`
	// Indexed is the mark: every saga up to it, in the order of ids, is in the indexes, and none above it, but that the
	// suffix index may have some. See recent.go and filing.go.
	Indexed engine.ID `json:"indexed,omitempty"`
	// Traced is the number of the latest trace.
	Traced uint64 `json:"traced,omitempty"`
}

// mark is Indexed as a key: the lowest of all when nothing is indexed.
func (c *counts) mark() key {
	k, _ := keyOf(c.Indexed)
	return k
}

type lockRecord struct {
	V int `json:"v"`
	engine.Lock
}

type resourceRecord struct {
	V int `json:"v"`
	engine.Resource
}

type keyRecord struct {
	V    int       `json:"v"`
	Saga engine.ID `json:"saga_id"`
}

// read checks a sealed record that is not chained, and decodes it. what names it in an error.
func read[T any](bucket, key, value []byte, what string) (T, error) {
	var v T
	if _, err := unseal(bucket, key, value, sum{}); err != nil {
		return v, damaged(what, err)
	}
	if err := json.Unmarshal(value, &v); err != nil {
		return v, damaged(what, err)
	}
	return v, nil
}

// layOut makes a new file ours.
func layOut(tx *bbolt.Tx) error {
	for _, name := range buckets() {
		if _, err := tx.CreateBucket(name); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	if err := putFormat(tx); err != nil {
		return err
	}
	return putCounts(tx, counts{})
}

func putFormat(tx *bbolt.Tx) error {
	value, err := sealed(metaBucket, formatKey, format{V: 1, Format: formatName, Schema: schema})
	if err != nil {
		return err
	}
	if err := tx.Bucket(metaBucket).Put(formatKey, value); err != nil {
		return fmt.Errorf("put format: %w", err)
	}
	return nil
}

func putCounts(tx *bbolt.Tx, c counts) error {
	c.V = recordVersion
	value, err := sealed(metaBucket, countsKey, c)
	if err != nil {
		return err
	}
	if err := tx.Bucket(metaBucket).Put(countsKey, value); err != nil {
		return fmt.Errorf("put counts: %w", err)
	}
	return nil
}

func readCounts(tx *bbolt.Tx) (counts, error) {
	c, err := read[counts](metaBucket, countsKey, tx.Bucket(metaBucket).Get(countsKey), "kept counters")
	if c.ByStatus == nil {
		c.ByStatus = map[engine.Status]int{}
	}
	return c, err
}

// schemaOf is the schema that a recognized file says it has.
func schemaOf(tx *bbolt.Tx) (int, error) {
	f, err := read[format](metaBucket, formatKey, tx.Bucket(metaBucket).Get(formatKey), "format record")
	return f.Schema, err
}

// errOlder says that a file has to be migrated before it can be used.
var errOlder = errors.New("made by an older arcadia: open it for writing once, and it is migrated")

// recognize refuses a file that is not ours, or too new. One that is too old is errOlder.
func recognize(tx *bbolt.Tx, path string) error {
	meta := tx.Bucket(metaBucket)
	if meta == nil || meta.Get(formatKey) == nil {
		return fmt.Errorf("open %s: %w: a bbolt file of another program: name another file", path, ErrForeign)
	}
	var f format
	value := meta.Get(formatKey)
	if err := json.Unmarshal(value, &f); err != nil || f.Format != formatName {
		if _, sumErr := statedSum(value); sumErr != nil {
			return fmt.Errorf("open %s: %w: a bbolt file of another program: name another file", path, ErrForeign)
		}
	}
	if _, err := unseal(metaBucket, formatKey, value, sum{}); err != nil {
		return damaged("open "+path+": format record", err)
	}
	if f.Schema > schema {
		return &NewerSchemaError{Path: path, Have: f.Schema, Know: schema}
	}
	if f.Schema < schema {
		return fmt.Errorf("open %s: schema %d, this build uses %d: %w", path, f.Schema, schema, errOlder)
	}
	for _, name := range buckets() {
		if tx.Bucket(name) == nil {
			return damaged("open "+path, fmt.Errorf("bucket %s is missing", name))
		}
	}
	return nil
}
