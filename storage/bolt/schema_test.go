package bolt_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"testing"

	"go.etcd.io/bbolt"

	"arcadia/storage/bolt"
)

// newer makes the file one of schema 9.
func newer(t *testing.T, path string) {
	t.Helper()
	change(t, path, func(tx *bbolt.Tx) error { return stateSchema(tx, 9) })
}

// stateSchema says in the file that it is of a schema, with the checksum as the package documents it, taken here
// independently.
func stateSchema(tx *bbolt.Tx, n int) error {
	body := `,"v":1,"format":"arcadia","schema":` + strconv.Itoa(n) + `}`
	inner := sha256.Sum256([]byte("meta\x00format" + body))
	outer := sha256.Sum256(append(make([]byte, 12), inner[:]...))
	value := `{"sum":"` + base64.RawURLEncoding.EncodeToString(outer[:12]) + `"` + body
	return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte(value))
}

func TestNewerSchemaSaysBothVersions(t *testing.T) {
	t.Parallel()
	path, _ := filled(t, 1)
	newer(t, path)
	_, err := bolt.Open(path)
	var e *bolt.NewerSchemaError
	if !errors.As(err, &e) || e.Have != 9 || e.Know != 3 {
		t.Errorf("open: %v", err)
	}
}
