package main

import (
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

var pictures = flag.String("pictures", "", "take the pictures and write them into this folder")

// TestPictures takes the pictures of all scenes; without -pictures it takes them twice, and looks that both runs give the
// same bytes.
func TestPictures(t *testing.T) {
	t.Parallel()
	for _, sc := range scenes() {
		t.Run(sc.name, func(t *testing.T) {
			if *pictures != "" {
				play(t, sc, *pictures)
				return
			}
			if testing.Short() && sc.size != small {
				t.Skip("large pictures take long to draw")
			}
			t.Parallel()
			one, two := t.TempDir(), t.TempDir()
			play(t, sc, one)
			play(t, sc, two)
			same(t, one, two)
		})
	}
}

// play plays a scene in a bubble.
func play(t *testing.T, sc scene, dir string) {
	t.Helper()
	paint, err := newPainter()
	if err != nil {
		t.Fatal(err)
	}
	st := &studio{out: dir, paint: paint, log: slog.New(slog.DiscardHandler)}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(opening.Add(-6 * time.Hour))) // nothing runs yet that would wake up in between
		w := newWorld(t)
		if sc.lived {
			w.history()
		}
		w.until(0)
		term := w.open(sc.size, sc.theme)
		defer term.close(time.Minute)
		if err := (&stage{term: term, limit: time.Minute, snap: st.picture, movie: st.movie}).play(t.Context(), sc.script); err != nil {
			t.Fatal(err)
		}
	})
}

func same(t *testing.T, one, two string) {
	t.Helper()
	files, err := os.ReadDir(one)
	if err != nil || len(files) == 0 {
		t.Fatalf("no pictures (%v)", err)
	}
	for _, f := range files {
		a, err := os.ReadFile(filepath.Join(one, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(two, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if string(a) != string(b) {
			t.Errorf("%s differs between two runs", f.Name())
		}
	}
}
