package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// bbolt's meta page, as far as it must be believed before bbolt maps the file: a file shorter than its meta page says
// makes bbolt fault instead of failing. Source: go.etcd.io/bbolt/internal/common, page.go and meta.go.
const (
	pageHeader  = 16
	metaBytes   = 64
	metaMagic   = 0xED0CDAED
	metaVersion = 2
	leastPage   = 1 << 10
	mostPage    = 1 << 16
)

type metaPage struct {
	pageSize int64
	pages    int64 // the file has at least this many
	root     uint64
	freelist uint64 // noFreelist when the list of free pages is not in the file
	txid     uint64
}

const noFreelist = ^uint64(0)

var errNoMeta = errors.New("no valid meta page")

func parseMeta(page []byte) (metaPage, error) {
	if len(page) < pageHeader+metaBytes {
		return metaPage{}, errNoMeta
	}
	b := page[pageHeader : pageHeader+metaBytes]
	h := fnv.New64a()
	h.Write(b[:56])
	if binary.NativeEndian.Uint32(b) != metaMagic || binary.NativeEndian.Uint32(b[4:]) != metaVersion ||
		binary.NativeEndian.Uint64(b[56:]) != h.Sum64() {
		return metaPage{}, errNoMeta
	}
	m := metaPage{
		pageSize: int64(binary.NativeEndian.Uint32(b[8:])),
		pages:    int64(binary.NativeEndian.Uint64(b[40:])),
		root:     binary.NativeEndian.Uint64(b[16:]),
		freelist: binary.NativeEndian.Uint64(b[32:]),
		txid:     binary.NativeEndian.Uint64(b[48:]),
	}
	if m.pageSize < leastPage || m.pageSize > mostPage || m.pages < 0 || m.pages > 1<<40 {
		return metaPage{}, errNoMeta
	}
	return m, nil
}

// readMetas finds the file's two meta pages without bbolt. Either may be bad; the error says that both are.
func readMetas(f io.ReaderAt, size int64) (metas [2]metaPage, errs [2]error, err error) {
	buf := make([]byte, pageHeader+metaBytes)
	at := func(offset int64) (metaPage, error) {
		if _, err := f.ReadAt(buf, offset); err != nil {
			return metaPage{}, errNoMeta
		}
		return parseMeta(buf)
	}
	metas[0], errs[0] = at(0)
	if errs[0] == nil {
		metas[1], errs[1] = at(metas[0].pageSize)
		return metas, errs, nil
	}
	for pageSize := int64(leastPage); pageSize <= mostPage && pageSize < size; pageSize *= 2 {
		if metas[1], errs[1] = at(pageSize); errs[1] == nil && metas[1].pageSize == pageSize {
			return metas, errs, nil
		}
	}
	errs[1] = errNoMeta
	return metas, errs, errNoMeta
}

// newest picks the meta page that bbolt would go by.
func newest(metas [2]metaPage, errs [2]error) metaPage {
	if errs[0] != nil || (errs[1] == nil && metas[1].txid > metas[0].txid) {
		return metas[1]
	}
	return metas[0]
}

// walkedAtOpen is up to which size a file's pages are looked at before bbolt opens it. A larger one is opened at once.
const walkedAtOpen = 16 << 20

// preflight refuses, without bbolt, a file that is no bbolt file, or whose pages would make bbolt fault.
func preflight(f *os.File, path string) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	if info.Size() == 0 {
		return fmt.Errorf("open %s: %w: empty: remove it, and a new one is made", path, ErrForeign)
	}
	metas, errs, err := readMetas(f, info.Size())
	if err != nil {
		if magicAt(f, pageHeader) {
			return damaged("open "+path, errors.New("both meta pages are bad"))
		}
		return fmt.Errorf("open %s: %w: no bbolt file: name another", path, ErrForeign)
	}
	meta := newest(metas, errs)
	if need := meta.pages * meta.pageSize; need > info.Size() {
		return damaged("open "+path, fmt.Errorf("cut short: %d bytes of %d", info.Size(), need))
	}
	t := newTree(f, meta)
	if meta.freelist == noFreelist || meta.pages*meta.pageSize <= walkedAtOpen {
		t.walk() // without a list of free pages bbolt is about to do the same, in a goroutine that nothing guards
	} else {
		t.readFreelist()
	}
	if len(t.problems) > 0 {
		return damaged("open "+path, t.problems[0])
	}
	return nil
}

func magicAt(f io.ReaderAt, offset int64) bool {
	var b [4]byte
	_, err := f.ReadAt(b[:], offset)
	return err == nil && binary.NativeEndian.Uint32(b[:]) == metaMagic
}
