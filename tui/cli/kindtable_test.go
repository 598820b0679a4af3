package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"arcadia/engine"
)

// TestReadmeTableOfKindsIsTheRegistry compares the table of the README with what the program knows: each kind once, none that does not
// exist, and where a kind says that there is an end to its undo the table says so too.
func TestReadmeTableOfKindsIsTheRegistry(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(house, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "| kind | what it does | rolled back |\n")
	if !found {
		t.Fatal("the README has no table of kinds")
	}
	table, _, _ := strings.Cut(rest, "\n\n")
	does, undoes := map[string]string{}, map[string]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 3 {
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[0], -1) {
			if undoes[m[1]] != "" {
				t.Errorf("%s is in the table twice", m[1])
			}
			does[m[1]], undoes[m[1]] = cells[1], cells[2]
		}
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), "kinds", "-o", "json")
	cmd.Env = []string{"HOME=" + t.TempDir(), raceRules}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var kinds []engine.Kind
	if err := json.Unmarshal(out, &kinds); err != nil {
		t.Fatal(err)
	}
	if len(kinds) < 20 {
		t.Fatalf("%d kinds", len(kinds))
	}
	ends := regexp.MustCompile(`cannot be undone|not once|until`)
	for _, k := range kinds {
		row, ok := undoes[k.Name]
		switch {
		case !ok:
			t.Errorf("the README's table has no %s", k.Name)
		case ends.MatchString(k.Undo) != regexp.MustCompile(`cannot be undone|until`).MatchString(row) && k.Name != "adhoc":
			t.Errorf("%s: its undo is %q, and the README says %q", k.Name, k.Undo, row)
		case ends.MatchString(k.Undo) != strings.Contains(does[k.Name], "delete"):
			if ends.MatchString(k.Undo) {
				t.Errorf("%s cannot be taken back in the end, and the README does not say what it deletes: %q", k.Name, does[k.Name])
			}
		}
	}
	for name := range undoes {
		if !slices.ContainsFunc(kinds, func(k engine.Kind) bool { return k.Name == name }) {
			t.Errorf("the README's table has %s, and there is no such kind", name)
		}
	}
}
