package main

import (
	"strings"
	"testing"
)

const unmasked = "● running  3f9c2a1b  snapshot_droplet │ id 3408000028, 3f9c2a1b\r\n" +
	"13:38:21 by me42  took 10.6s, 245ms, <1m\r\n" +
	"│105, snapshot │ 12\r\n13:38:21.004  step 0 世 deadbeef droplet 500000064\r\n" +
	"step 1 of 2  TIME  droplet:500000064\r\n" +
	"arcadia-snap-482913-4be…\r\n\x1b[7m13:38:29.999\x1b[0m"

func TestMaskKeepsEveryCellButTheCharacterInIt(t *testing.T) {
	t.Parallel()
	f := show(dark(), size{72, 8}, unmasked)
	before := f.String()
	g := newMask().apply(f)
	if f.String() != before {
		t.Error("the frame it was given has changed")
	}
	if g.size != f.size || g.cursor != f.cursor || g.bg != f.bg || len(g.cells) != len(f.cells) {
		t.Fatalf("%+v became %+v", f.size, g.size)
	}
	for i := range f.cells {
		was, is := f.cells[i], g.cells[i]
		if len(was.text) != len(is.text) {
			t.Errorf("cell %d: %q became %q", i, was.text, is.text)
		}
		if was.text = is.text; was != is {
			t.Errorf("cell %d: %+v became %+v", i, was, is)
		}
	}
}

func TestMaskLeavesNothingOfARunAndAllOfTheRest(t *testing.T) {
	t.Parallel()
	got := newMask().apply(show(dark(), size{72, 8}, unmasked)).String()
	for _, gone := range []string{"3f9c2a1b", "deadbeef", "105", "4be"} {
		if strings.Contains(got, gone) {
			t.Errorf("%q is still there:\n%s", gone, got)
		}
	}
	for _, kept := range []string{"● running", "│ id ", "step 0 世 ", "droplet 500000064", "<1m", ", snapshot │ 12", "step 1 of 2  TIME  droplet:500000064"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%q is gone:\n%s", kept, got)
		}
	}
	if strings.Count(got, short(1)) != 2 || strings.Count(got, short(2)) != 1 {
		t.Errorf("the same id has to be the same everywhere, and another one another:\n%s", got)
	}
}

func TestMaskOfACutIDIsThatOfTheSagaInItsRow(t *testing.T) {
	t.Parallel()
	got := newMask().apply(show(dark(), size{72, 8}, "3f9c2a1b\r\narcadia-snap-482913-dea…  deadbeef")).String()
	if want := "arcadia-snap-482913-" + short(2)[:3] + "…  " + short(2); !strings.Contains(got, want) {
		t.Errorf("want %q:\n%s", want, got)
	}
}

func TestMaskOfTwoRunsIsTheSame(t *testing.T) {
	t.Parallel()
	other := strings.NewReplacer("3f9c2a1b", "00112233", "deadbeef", "9e107d9d", "4be…", "07a…").Replace(unmasked)
	a := newMask().apply(show(dark(), size{72, 8}, unmasked))
	b := newMask().apply(show(dark(), size{72, 8}, other))
	if !a.equal(b) {
		t.Errorf("two runs differ:\n%s\n%s", a, b)
	}
}

func TestMaskingTwiceIsMaskingOnce(t *testing.T) {
	t.Parallel()
	m := newMask()
	once := m.apply(show(dark(), size{72, 8}, unmasked))
	if twice := m.apply(once); !twice.equal(once) {
		t.Errorf("with the same mask:\n%s\n%s", once, twice)
	}
	if twice := newMask().apply(once); !twice.equal(once) {
		t.Errorf("with another mask:\n%s\n%s", once, twice)
	}
}
