package bolt_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"arcadia/storage/bolt"
)

// TestFlippedBitIsFoundOrHarmless flips single bits all over a file. Either Verify finds something, or the store answers
// everything as before. Reading a damaged file never panics.
func TestFlippedBitIsFoundOrHarmless(t *testing.T) {
	t.Parallel()
	path, content := filled(t, 60)
	r := sound(t, path)
	original := readFile(t, path)[:r.Bytes]
	flips := 600
	switch {
	case os.Getenv("ARCADIA_TORTURE") == "1":
		flips = 12_000
	case testing.Short():
		flips = 100
	}
	random := rand.New(rand.NewPCG(1, 2))
	found, refused, harmless := 0, 0, 0
	spoiled := filepath.Join(t.TempDir(), "arcadia.db")
	for range flips {
		at, bit := random.Int64N(r.Bytes), random.IntN(8)
		b := append([]byte(nil), original...)
		b[at] ^= 1 << bit
		writeFile(t, spoiled, b)

		report, err := bolt.VerifyFile(spoiled)
		var text string
		var reading error
		if s, err := bolt.OpenReadOnly(spoiled); err != nil {
			reading = err
		} else {
			text, reading = dump(s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		switch {
		case err != nil:
			refused++
		case !report.OK():
			found++
		case reading != nil || text != content:
			t.Fatalf("bit %d of byte %d: nothing found, but reading gives %v", bit, at, reading)
		default:
			harmless++
		}
		if reading != nil && !errors.Is(reading, bolt.ErrDamaged) && !errors.Is(reading, bolt.ErrForeign) && !errors.Is(reading, bolt.ErrNewerSchema) {
			t.Fatalf("bit %d of byte %d: %v", bit, at, reading)
		}
	}
	t.Logf("figure | single bits flipped in a file | %d: %d found, %d refused at opening, %d in bytes without meaning | 0 wrong", flips, found, refused, harmless)
	if found+refused < flips/4 {
		t.Errorf("only %d of %d flips were found", found+refused, flips)
	}
}
