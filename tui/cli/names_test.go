package cli_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/steps"
)

// catalogNames finds the names of kinds, steps and inputs that are more than a plain word.
func catalogNames() *regexp.Regexp {
	list, kinds := steps.Catalog(nil, nil, nil)
	names := map[string]bool{}
	for _, k := range kinds {
		names[k.Name] = true
		for input := range k.On.Inputs {
			names[input] = true
		}
		for _, f := range k.Inputs {
			names[f.Name] = true
		}
	}
	for _, s := range list {
		names[s.Name()] = true
		if d, ok := s.(engine.Describer); ok {
			for _, f := range d.Inputs() {
				names[f.Name] = true
			}
		}
	}
	var found []string
	for name := range names {
		if strings.Contains(name, "_") {
			found = append(found, regexp.QuoteMeta(name))
		}
	}
	return regexp.MustCompile(`\b(` + strings.Join(found, "|") + `)\b`)
}

// known are the names of the catalog that a Go source has as text; the keys of JSON are not looked at.
func known(t *testing.T, path string, src any, names *regexp.Regexp) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			n.Tag = nil
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				out = append(out, names.FindAllString(n.Value, -1)...)
			}
		}
		return true
	})
	return out
}

func TestNoScreenAndNoCommandKnowsAKindByItsName(t *testing.T) {
	t.Parallel()
	names := catalogNames()
	files := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		if found := known(t, path, nil, names); len(found) > 0 {
			t.Errorf("%s knows %s: ask the kinds what they act on", path, strings.Join(found, ", "))
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Fatalf("looked at %d files: %v", files, err)
	}
	// Controls: what must be found, and what not.
	for src, want := range map[string]int{
		"package p\nconst kind = \"upsert_dns_record\"":                        1,
		"package p\nvar help = `launch snapshot_droplet droplet_id=1`":         2,
		"package p\ntype t struct { D int `json:\"droplet_id\"` }":             0,
		"package p\nconst of = \"dns_record\" // upsert_dns_record acts on it": 0,
	} {
		if got := known(t, "control.go", src, names); len(got) != want {
			t.Errorf("%s: found %v, want %d", src, got, want)
		}
	}
}
