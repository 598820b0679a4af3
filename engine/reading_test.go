package engine_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheOrderOfReadingNamesEveryFileOnce keeps the list in the package's comment whole.
func TestTheOrderOfReadingNamesEveryFileOnce(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(text), "// Read it in this order.")
	named := regexp.MustCompile(`\w+\.go`).FindAllString(list, -1)
	files, err := filepath.Glob("*.go")
	if err != nil || !found {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return f == "doc.go" || strings.HasSuffix(f, "_test.go") })
	slices.Sort(named)
	if !slices.Equal(named, files) {
		t.Errorf("named: %s\n there: %s", strings.Join(named, " "), strings.Join(files, " "))
	}
}
