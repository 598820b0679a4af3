package main

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
	"unicode/utf8"
)

// mask makes the screen repeatable: the ids of sagas are drawn at random, so the pictures show others in their place, which
// are the next of a fixed sequence when they are first seen. Nothing else is touched, and nothing moves: what goes in is as
// wide as what comes out.
//
// A mask belongs to one picture, so that the sequence starts again with each. What it has put in stays as it is when
// it comes by again. It is not safe for concurrent use.
type mask struct {
	put    map[string]string
	shorts int
}

// cast is who the pictures say is at work.
const cast = "ops1"

var (
	maskedShort = regexp.MustCompile(`\b[0-9a-f]{8}\b`)
	// The beginning of an id whose end was cut, as in a snapshot's name; that of the saga in its row, where there is one.
	maskedCut = regexp.MustCompile(`-([0-9a-f]{1,8})…`)
	// The end of an id whose beginning is below a dialog.
	maskedEnd = regexp.MustCompile(`│([0-9a-f]{1,7})\b`)
)

func newMask() *mask { return &mask{put: map[string]string{}} }

// apply returns f with everything replaced that differs between runs.
func (m *mask) apply(f *frame) *frame {
	g := *f
	g.cells = append([]cell(nil), f.cells...)
	for y := range g.rows {
		row := g.cells[y*g.cols : (y+1)*g.cols]
		replace(row, maskedEnd, ending)
		whole := short(1)
		replace(row, maskedShort, func(s string) string {
			whole = m.next(s, &m.shorts, short)
			return whole
		})
		replace(row, maskedCut, func(s string) string { return whole[:len(s)] })
	}
	return &g
}

// next is what stands for s: what was put in for it before, or a new one.
func (m *mask) next(s string, count *int, name func(int) string) string {
	if _, ok := m.put[s]; !ok {
		*count++
		n := name(*count)
		m.put[s], m.put[n] = n, n
	}
	return m.put[s]
}

// short looks like the end of a random id.
func short(i int) string {
	h := fnv.New32a()
	fmt.Fprintf(h, "saga %d", i)
	return fmt.Sprintf("%08x", h.Sum32())
}

// ending is the end of an id as long as s, which may be a word as well.
func ending(s string) string {
	if !strings.ContainsAny(s, "0123456789") {
		return s
	}
	id := short(1)
	return id[len(id)-len(s):]
}

// replace puts another text of the same length in the place of each match in a row of cells, or of the group in it.
// Both are ASCII. Cells that hold more than one rune, or none, are never part of a match.
func replace(row []cell, what *regexp.Regexp, with func(string) string) {
	var text strings.Builder
	places := make([]int, 0, len(row)) // of each byte of text
	for x, c := range row {
		s := c.text
		if utf8.RuneCountInString(s) != 1 {
			s = " "
		}
		for range len(s) {
			places = append(places, x)
		}
		text.WriteString(s)
	}
	all := text.String()
	for _, at := range what.FindAllStringSubmatchIndex(all, -1) {
		at = at[len(at)-2:]
		for i, b := range []byte(with(all[at[0]:at[1]])) {
			row[places[at[0]+i]].text = string(rune(b))
		}
	}
}
