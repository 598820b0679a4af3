package bolt_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"testing"

	"go.etcd.io/bbolt"

	"arcadia/storage/bolt"
)

// newer makes the file one of schema 9, with the checksum as the package documents it, taken here independently.
func newer(t *testing.T, path string) {
	t.Helper()
	body := `,"v":1,"format":"arcadia","schema":9}`
	inner := sha256.Sum256([]byte("meta\x00format" + body))
	outer := sha256.Sum256(append(make([]byte, 12), inner[:]...))
	value := `{"sum":"` + base64.RawURLEncoding.EncodeToString(outer[:12]) + `"` + body
	change(t, path, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte(value)) })
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
