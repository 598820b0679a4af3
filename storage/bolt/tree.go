package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// tree looks at every page that a meta page leads to, by reading the file. It finds what bbolt's own Check finds, and
// differs in two ways that matter: no damage makes it fault, and it may run beside a writer (Check looks at the list of
// free pages that the writer is changing).
type tree struct {
	f        io.ReaderAt
	meta     metaPage
	reached  bitmap
	buffers  [][]byte // one per depth, so that the keys of a parent stay valid below it
	problems []error
}

// Sizes and flags of bbolt's pages. Source: go.etcd.io/bbolt/internal/common, page.go and bucket.go.
const (
	branchFlag   = 0x01
	leafFlag     = 0x02
	freelistFlag = 0x10
	bucketFlag   = 0x01 // of a leaf element
	elementBytes = 16   // of branch and leaf elements alike
	bucketBytes  = 16   // root page and sequence, before an inline page
	mostDepth    = 64
	mostProblems = 100 // a report names no more
)

// page is one page with its overflow pages, or an inline one.
type page struct {
	id       uint64
	flags    uint16
	count    int
	overflow uint64
	bytes    []byte
}

type bitmap []uint64

func (b bitmap) has(i uint64) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bitmap) set(i uint64)      { b[i/64] |= 1 << (i % 64) }

func newTree(f io.ReaderAt, meta metaPage) *tree {
	return &tree{f: f, meta: meta, reached: make(bitmap, meta.pages/64+1)}
}

func (t *tree) problem(format string, args ...any) {
	if len(t.problems) < mostProblems {
		t.problems = append(t.problems, fmt.Errorf(format, args...))
	}
}

// walk looks at all pages and then at the list of free ones.
func (t *tree) walk() {
	t.subtree(t.meta.root, nil, nil, 0)
	free := t.readFreelist()
	if free == nil || len(t.problems) > 0 {
		return // with pages missing from the walk, what is free cannot be told
	}
	for id := uint64(2); id < uint64(t.meta.pages); id++ {
		switch {
		case t.reached.has(id) && free.has(id):
			t.problem("page %d: in use and listed as free", id)
		case !t.reached.has(id) && !free.has(id):
			t.problem("page %d: neither in use nor listed as free", id)
		}
	}
}

// read reads one page with its overflow, checks that it is where it should be, and takes note of it.
func (t *tree) read(id uint64, depth int) (page, bool) {
	if id < 2 || id >= uint64(t.meta.pages) {
		t.problem("page %d: there are only %d", id, t.meta.pages)
		return page{}, false
	}
	for len(t.buffers) <= depth {
		t.buffers = append(t.buffers, make([]byte, t.meta.pageSize))
	}
	buf := t.buffers[depth][:t.meta.pageSize]
	if _, err := t.f.ReadAt(buf, int64(id)*t.meta.pageSize); err != nil {
		t.problem("page %d: %w", id, err)
		return page{}, false
	}
	p := parsePage(buf)
	if p.id != id || p.overflow >= uint64(t.meta.pages)-id {
		t.problem("page %d: says that it is page %d with %d more", id, p.id, p.overflow)
		return page{}, false
	}
	for i := id; i <= id+p.overflow; i++ {
		if t.reached.has(i) {
			t.problem("page %d: in use twice", i)
			return page{}, false
		}
		t.reached.set(i)
	}
	if p.overflow > 0 {
		whole := make([]byte, int64(p.overflow+1)*t.meta.pageSize)
		if _, err := t.f.ReadAt(whole, int64(id)*t.meta.pageSize); err != nil {
			t.problem("page %d: %w", id, err)
			return page{}, false
		}
		p = parsePage(whole)
	}
	return p, true
}

func parsePage(b []byte) page {
	return page{
		id:       binary.NativeEndian.Uint64(b),
		flags:    binary.NativeEndian.Uint16(b[8:]),
		count:    int(binary.NativeEndian.Uint16(b[10:])),
		overflow: uint64(binary.NativeEndian.Uint32(b[12:])),
		bytes:    b,
	}
}

// subtree looks at a page and all below it. Its keys must lie in [low, high); nil is no bound.
func (t *tree) subtree(id uint64, low, high []byte, depth int) {
	if depth > mostDepth {
		t.problem("page %d: more than %d levels deep", id, mostDepth)
		return
	}
	p, ok := t.read(id, depth)
	if !ok {
		return
	}
	switch p.flags {
	case leafFlag:
		t.leaf(p, low, high, depth)
	case branchFlag:
		t.branch(p, low, high, depth)
	default:
		t.problem("page %d: unknown type %#x", id, p.flags)
	}
}

// part cuts key and value out of the page: at an offset that is relative to the element.
func (p page) part(element, pos, size int) ([]byte, bool) {
	from := element + pos
	if from < pageHeader+p.count*elementBytes || size < 0 || from+size > len(p.bytes) {
		return nil, false
	}
	return p.bytes[from : from+size : from+size], true
}

func (t *tree) leaf(p page, low, high []byte, depth int) {
	if pageHeader+p.count*elementBytes > len(p.bytes) {
		t.problem("page %d: %d elements do not fit", p.id, p.count)
		return
	}
	before := low
	for i := range p.count {
		at := pageHeader + i*elementBytes
		e := p.bytes[at : at+elementBytes]
		flags, pos := binary.NativeEndian.Uint32(e), int(binary.NativeEndian.Uint32(e[4:]))
		keySize, valueSize := int(binary.NativeEndian.Uint32(e[8:])), int(binary.NativeEndian.Uint32(e[12:]))
		key, ok := p.part(at, pos, keySize)
		value, fits := p.part(at, pos+keySize, valueSize)
		switch {
		case !ok || !fits:
			t.problem("page %d: element %d lies outside", p.id, i)
			return
		case !ascends(before, key, i > 0) || (high != nil && bytes.Compare(key, high) >= 0):
			t.problem("page %d: key %d (%.40x) is out of order", p.id, i, key)
			return
		case flags == bucketFlag:
			t.bucket(p, i, value, depth)
		case flags != 0:
			t.problem("page %d: element %d has unknown flags %#x", p.id, i, flags)
		}
		before = key
	}
}

// ascends reports whether key may follow before, which may be equal only as the bound of a page's first key.
func ascends(before, key []byte, strictly bool) bool {
	c := bytes.Compare(before, key)
	return before == nil || c < 0 || (c == 0 && !strictly)
}

func (t *tree) bucket(p page, i int, value []byte, depth int) {
	if len(value) < bucketBytes {
		t.problem("page %d: bucket %d is cut short", p.id, i)
		return
	}
	root, sequence := binary.NativeEndian.Uint64(value), binary.NativeEndian.Uint64(value[8:])
	if sequence != 0 {
		t.problem("page %d: bucket %d has a sequence, which nothing here uses", p.id, i)
	}
	if root != 0 {
		t.subtree(root, nil, nil, depth+1)
		return
	}
	if len(value) < bucketBytes+pageHeader {
		t.problem("page %d: bucket %d is cut short", p.id, i)
		return
	}
	inline := parsePage(value[bucketBytes:])
	if inline.flags != leafFlag || inline.id != 0 || inline.overflow != 0 {
		t.problem("page %d: bucket %d is no page", p.id, i)
		return
	}
	inline.id = p.id
	t.leaf(inline, nil, nil, depth)
}

func (t *tree) branch(p page, low, high []byte, depth int) {
	if p.count == 0 || pageHeader+p.count*elementBytes > len(p.bytes) {
		t.problem("page %d: %d elements do not fit", p.id, p.count)
		return
	}
	keys, children := make([][]byte, p.count), make([]uint64, p.count)
	before := low
	for i := range p.count {
		at := pageHeader + i*elementBytes
		e := p.bytes[at : at+elementBytes]
		key, ok := p.part(at, int(binary.NativeEndian.Uint32(e)), int(binary.NativeEndian.Uint32(e[4:])))
		if !ok {
			t.problem("page %d: element %d lies outside", p.id, i)
			return
		}
		if !ascends(before, key, i > 0) || (high != nil && bytes.Compare(key, high) >= 0) {
			t.problem("page %d: key %d (%.40x) is out of order", p.id, i, key)
			return
		}
		keys[i], children[i], before = key, binary.NativeEndian.Uint64(e[8:]), key
	}
	for i, child := range children {
		bound := high
		if i+1 < len(keys) {
			bound = keys[i+1]
		}
		t.subtree(child, keys[i], bound, depth+1)
	}
}

// readFreelist gives the pages listed as free; nil when the file has no such list, or a bad one.
func (t *tree) readFreelist() bitmap {
	if t.meta.freelist == noFreelist {
		return nil
	}
	p, ok := t.read(t.meta.freelist, 0)
	if !ok {
		return nil
	}
	ids := p.bytes[pageHeader:]
	count := uint64(p.count)
	if p.count == 0xffff { // then the count is in the first place
		count = binary.NativeEndian.Uint64(ids)
		ids = ids[8:]
	}
	if p.flags != freelistFlag || count > uint64(len(ids)/8) {
		t.problem("page %d: not a list of free pages", p.id)
		return nil
	}
	free := make(bitmap, len(t.reached))
	before := uint64(1)
	for i := range count {
		id := binary.NativeEndian.Uint64(ids[i*8:])
		if id <= before || id >= uint64(t.meta.pages) {
			t.problem("page %d: free page %d is out of order", p.id, id)
			return nil
		}
		free.set(id)
		before = id
	}
	return free
}
