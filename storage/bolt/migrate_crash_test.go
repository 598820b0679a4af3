package bolt_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"arcadia/storage/bolt"
)

// TestACrashInAMigrationLeavesTheOldFileWhole: of what a migration writes before its last page, any part may be on the disk when the
// machine dies, and the last page itself may be torn. Whatever part it is, the file is still the old one, and the next opening migrates
// it as if nothing had been.
func TestACrashInAMigrationLeavesTheOldFileWhole(t *testing.T) {
	t.Parallel()
	for name, packed := range map[string]string{
		"schema 1":          filepath.Join("testdata", "schema1.db.gz"),
		"the first release": filepath.Join("..", "..", "tui", "cli", "testdata", "v0.1.0.db.gz"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := unpacked(t, packed)
			before := readFile(t, path)
			if err := bolt.Migrate(path); err != nil {
				t.Fatal(err)
			}
			after := readFile(t, path)
			answers := func(path string) string {
				s, err := bolt.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				text := dumped(t, s)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				sound(t, path)
				return text
			}
			want := answers(path)

			size := int(binary.LittleEndian.Uint32(before[24:])) // of a page, as the first meta page says
			was := append(bytes.Clone(before), make([]byte, max(0, len(after)-len(before)))...)
			var written []int
			last := -1
			for at := 0; at < len(after); at += size {
				if bytes.Equal(was[at:at+size], after[at:at+size]) {
					continue
				}
				if at < 2*size {
					last = at
					continue
				}
				written = append(written, at)
			}
			if len(written) < 3 || last < 0 {
				t.Fatalf("a migration that writes %d pages and page %d proves nothing", len(written), last/size)
			}
			rng := rand.New(rand.NewPCG(13, 5))
			for range 12 {
				torn := bytes.Clone(was)
				for _, at := range written {
					copy(torn[at:], after[at:at+[]int{0, size / 2, size, size}[rng.IntN(4)]])
				}
				if rng.IntN(2) == 0 {
					copy(torn[last:], after[last:last+16+40]) // without its checksum
				}
				crashed := filepath.Join(t.TempDir(), "arcadia.db")
				writeFile(t, crashed, torn)
				if answers(crashed) != want {
					t.Fatal("the answers differ after a crash")
				}
			}
		})
	}
}
