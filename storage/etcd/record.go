package etcd

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"arcadia/engine"
)

// recordVersion is the version of the stored forms. Entries carry their own.
const recordVersion = 1

type metaRecord struct {
	V      int         `json:"v"`
	Format string      `json:"format"`
	Schema int         `json:"schema"`
	Made   engine.Time `json:"made"`
}

const (
	formatName = "arcadia"
	schema     = 1 // of the layout of the keys
)

type entriesRecord struct {
	V       int            `json:"v"`
	Nonce   string         `json:"nonce"`
	Entries []engine.Entry `json:"entries"`
}

type headerRecord struct {
	V int `json:"v"`
	engine.Summary
}

type lockRecord struct {
	V      int    `json:"v"`
	Ticket uint64 `json:"ticket"`
}

type resourceRecord struct {
	V int `json:"v"`
	engine.Resource
}

type docRecord struct {
	V int `json:"v"`
	engine.Doc
}

type freezeRecord struct {
	V int `json:"v"`
	engine.Freeze
}

// careRecord says how the store was kept last.
type careRecord struct {
	V          int         `json:"v"`
	Compacted  engine.Time `json:"compacted"`   // when revisions were given up
	Archived   engine.Time `json:"archived"`    // sagas that ended before are in archives
	ArchivedIn string      `json:"archived_in"` // the newest of them
	Backup     engine.Time `json:"backup"`      // of when the newest backup is
}

type tracesRecord struct {
	V     int      `json:"v"`
	Names []string `json:"names"`
}

// encoded is a record's value. The records here have nothing in them that JSON cannot say: Fits has seen to that.
func encoded(v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("%w: %w", engine.ErrBadValue, err)
	}
	return string(raw), nil
}

// decode reads a record and names it in an error.
func decode[T any](what string, raw []byte) (T, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("%s cannot be read: %w: restore the store from a backup", what, err)
	}
	return v, nil
}

func encodeHeader(s *engine.Summary) string {
	return string(append(s.AppendFields([]byte(`{"v":1`)), '}'))
}

func decodeHeader(id engine.ID, raw []byte) (engine.Summary, error) {
	r, err := decode[headerRecord]("header of saga "+id.Short(), raw)
	if err == nil && r.V > recordVersion {
		err = fmt.Errorf("header of saga %s has form %d, this build knows %d: use a newer arcadia", id.Short(), r.V, recordVersion)
	}
	s := r.Summary
	s.ID, s.Short = id, id.Short()
	return s, err
}

func encodeEntries(nonce string, entries []engine.Entry) (string, error) {
	b := append([]byte(`{"v":1,"nonce":"`), nonce...)
	b = append(b, `","entries":[`...)
	for i := range entries {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = entries[i].AppendJSON(b); err != nil {
			return "", fmt.Errorf("entry %d: %w: %w", entries[i].Seq, engine.ErrBadValue, err)
		}
	}
	return packed(append(b, "]}"...))
}

// packAt is from which size on entries are compressed: a batch may be larger as JSON than what etcd takes.
const packAt = 64 << 10

func packed(b []byte) (string, error) {
	if len(b) < packAt {
		return string(b), nil
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	if err := errors.Join(err, w.Close()); err != nil {
		return "", fmt.Errorf("compress entries: %w", err)
	}
	return out.String(), nil
}

func decodeEntries(what string, raw []byte) (entriesRecord, error) {
	if len(raw) > 0 && raw[0] == '{' {
		return decode[entriesRecord](what, raw)
	}
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err == nil {
		raw, err = io.ReadAll(io.LimitReader(r, maxPacked))
	}
	if err != nil {
		return entriesRecord{}, fmt.Errorf("%s cannot be read: %w: restore the store from a backup", what, err)
	}
	return decode[entriesRecord](what, raw)
}

// maxPacked is more than any batch is as JSON: each of its bytes becomes six at most.
const maxPacked = 16 * engine.MaxBatch
