package main

import (
	"fmt"
	"hash/fnv"
	"os/user"
	"regexp"
	"strings"
	"unicode/utf8"
)

// mask makes the screen of the real program repeatable. Ids, the operator and the time are new in every run, so the
// pictures show others in their place: a saga's id and a long number of the account become the next of a fixed
// sequence when they are first seen, a time of day the one that belongs to its place on the screen, a duration fixed
// digits of the same length. Nothing else is touched, and nothing moves: what goes in is as wide as what comes out.
//
// A saga at work keeps its times, and so does a moving picture: the timeline cannot be masked, and would disagree.
//
// A mask belongs to one picture, so that the sequence starts anew with each. What it has put in stays as it is when
// it comes by again. It is not safe for concurrent use.
type mask struct {
	operator string // who runs this, as the program sees it
	times    bool   // times and durations too
	put      map[string]string
	shorts   int
	numbers  int
}

// cast is who the pictures say is at work.
const cast = "ops1"

var (
	maskedShort    = regexp.MustCompile(`\b[0-9a-f]{8}\b`)
	maskedNumber   = regexp.MustCompile(`\b[1-9][0-9]{9}\b`)
	maskedTime     = regexp.MustCompile(`\b[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?\b`)
	maskedDuration = regexp.MustCompile(`\b[0-9]+(?:\.[0-9])?m?s\b`)
	// The end of an id or a number whose beginning is below a dialog.
	maskedEnd = regexp.MustCompile(`│([0-9a-f]{1,9})\b`)
)

func newMask() *mask {
	m := &mask{times: true, put: map[string]string{}}
	if u, err := user.Current(); err == nil {
		m.operator = u.Username
	}
	return m
}

// apply returns f with everything replaced that differs between runs.
func (m *mask) apply(f *frame) *frame {
	g := *f
	g.cells = append([]cell(nil), f.cells...)
	times, entries := 0, 0
	masked := m.times && !f.shows("TIMELINE")
	for y := range g.rows {
		row := g.cells[y*g.cols : (y+1)*g.cols]
		replace(row, maskedEnd, ending)
		replace(row, maskedShort, func(s string) string { return m.next(s, &m.shorts, short) })
		replace(row, maskedNumber, func(s string) string { return m.next(s, &m.numbers, number10) })
		if masked {
			replace(row, maskedTime, func(s string) string {
				if len(s) > len("15:04:05") {
					entries++
					return entryTime(entries)[:len(s)]
				}
				times++
				return headTime(times)
			})
			replace(row, maskedDuration, duration)
		}
		if utf8.RuneCountInString(m.operator) == len(cast) { // another one would have to move what is beside it
			replace(row, regexp.MustCompile(`\b`+regexp.QuoteMeta(m.operator)+`\b`), func(string) string { return cast })
		}
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

func number10(i int) string { return fmt.Sprint(3408000000 + 32*i) }

// headTime is the i-th time of day on a screen that has no milliseconds: when a saga was launched, canceled, ended.
func headTime(i int) string {
	seconds := [...]int{22, 24, 33}
	return fmt.Sprintf("14:03:%02d", seconds[(i-1)%len(seconds)])
}

// entryTime is the time of the i-th entry of a log.
func entryTime(i int) string {
	ms := 3*60_000 + 22_000 + 217*i
	return fmt.Sprintf("14:%02d:%02d.%03d", ms/60_000, ms/1000%60, ms%1000)
}

// duration has the digits of s replaced, the first by one that is no zero.
func duration(s string) string {
	out := []byte(s)
	digits := "124813"
	for i := range out {
		if out[i] >= '0' && out[i] <= '9' {
			out[i] = digits[i%len(digits)]
		}
	}
	return string(out)
}

// ending is the end of a number as long as s, which may be a word as well.
func ending(s string) string {
	if !strings.ContainsAny(s, "0123456789") {
		return s
	}
	n := number10(1)
	return n[len(n)-len(s):]
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
