package say

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
)

// Every type of entry has words of its own: none is shown by its stored name.
func TestEveryEntryTypeHasWords(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "engine", "entry.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	saga := &engine.Saga{Summary: engine.Summary{Kind: "kind", StepNames: []string{"step"}}}
	seen, soon := map[string]engine.EntryType{}, engine.At(time.Now())
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Entry") {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		e := engine.Entry{Type: engine.EntryType(value), Attempt: 1, Next: &soon}
		words, _ := Entry(saga, &e)
		other, twice := seen[words]
		if strings.Contains(words, "_") || twice || strings.TrimSpace(words) == "0 step" && e.Type != engine.EntryLogged {
			t.Errorf("%s is shown as %q (as is %q)", value, words, other)
		}
		seen[words] = e.Type
		e.Idx = -1 // what is about the launch is about no step
		_, _ = Entry(saga, &e)
		return true
	})
	if len(seen) < 20 {
		t.Errorf("%d types of entries found", len(seen))
	}
}
