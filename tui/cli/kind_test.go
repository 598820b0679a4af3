package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/storage/storagetest"
	"arcadia/tui/cli"
	"arcadia/tui/form"
)

// newSimulated is a session on a simulated account, with one more kind.
func newSimulated(t *testing.T, sim *dosim.Sim) *session {
	t.Helper()
	cloud, err := digitalocean.New(digitalocean.Config{Token: "dop_v1_test", Transport: sim})
	if err != nil {
		t.Fatal(err)
	}
	store := storagetest.NewMemory()
	list, kinds := steps.Catalog(cloud, store, nil)
	eng, err := engine.New(store, engine.Config{Steps: list, Kinds: append(kinds, repoint(cloud))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- eng.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-over; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	s := &session{}
	s.env = cli.Env{
		In: strings.NewReader(""), Out: &s.out, Err: &s.err, Operator: "ops1", Token: true,
		Open: func(context.Context, cli.Want) (*cli.Place, error) {
			return &cli.Place{Engine: eng.As(engine.Actor{Name: "ops1", Role: engine.Operator}), Close: func() {}}, nil
		},
	}
	return s
}

func TestAKindThatMakesItsListNeedsNothingElse(t *testing.T) {
	t.Parallel()
	sim := dosim.New(dosim.WithEmptyWorld())
	sim.AddDomain("example.org")
	for _, name := range []string{"www", "api", "mail"} {
		sim.PutRecord("example.org", dosim.Record{Type: "A", Name: name, Data: "192.0.2.1", TTL: 600})
	}
	sim.PutRecord("example.org", dosim.Record{Type: "A", Name: "other", Data: "192.0.2.9", TTL: 600})
	at := func(address string) (n int) {
		for _, r := range sim.Zone("example.org") {
			if r.Type == "A" && r.Data == address {
				n++
			}
		}
		return n
	}
	s := newSimulated(t, sim)
	said := func(status int, args ...string) string {
		t.Helper()
		if got := s.run(t, args...); got != status {
			t.Fatalf("%v: exit status %d, want %d: %s%s", args, got, status, s.err.String(), s.out.String())
		}
		return s.out.String() + s.err.String()
	}
	for _, c := range []struct {
		args []string
		say  []string
	}{
		{[]string{"kinds", "repoint_zone"}, []string{"points all A records", "points them back", "made at launch", "from_address", "where they shall point", "zone=ZONE from_address=FROM to_address=TO"}},
		{[]string{"kinds", "-o", "json"}, []string{`"name": "repoint_zone"`, `"verb": "repoint"`}},
		{[]string{"__complete", "launch", "repoint"}, []string{"repoint_zone\tpoints all A records"}},
		{[]string{"__complete", "launch", "repoint_zone", ""}, []string{"zone=\tthe domain", "to_address=\twhere they shall point"}},
	} {
		for _, want := range c.say {
			if got := said(cli.Done, c.args...); !strings.Contains(got, want) {
				t.Errorf("%v does not say %q:\n%s", c.args, want, got)
			}
		}
	}
	said(cli.Misuse, "launch", "repoint_zone", "zone=example.org")
	formed(t, s)
	launch := []string{"launch", "repoint_zone", "zone=example.org", "from_address=192.0.2.1", "to_address=192.0.2.2"}
	if got := said(cli.Done, append(launch, "--plan")...); strings.Count(got, "points at 192.0.2.1") != 3 || !strings.Contains(got, "WHY") {
		t.Errorf("the plan does not say why:\n%s", got)
	}
	var saga engine.Saga
	if err := json.Unmarshal([]byte(said(cli.Done, append(launch, "-o", "json")...)), &saga); err != nil || len(saga.StepNames) != 3 {
		t.Fatalf("%v: %+v", err, saga.Summary)
	}
	if at("192.0.2.1") != 0 || at("192.0.2.2") != 3 || at("192.0.2.9") != 1 {
		t.Errorf("after the launch: %+v", sim.Zone("example.org"))
	}
	if got := said(cli.Trouble, append(launch, "--plan")...); !strings.Contains(got, "nothing to do") {
		t.Errorf("the second plan says %s", got)
	}
	said(cli.RolledBack, "rollback", saga.Short, "--yes")
	if at("192.0.2.1") != 3 || at("192.0.2.2") != 0 {
		t.Errorf("after the rollback: %+v", sim.Zone("example.org"))
	}
}

// formed fills in the console's form of the kind, and plans what it gives.
func formed(t *testing.T, s *session) {
	t.Helper()
	p, err := s.env.Open(t.Context(), cli.Want{})
	if err != nil {
		t.Fatal(err)
	}
	names, fields, err := p.Engine.Fields("repoint_zone", nil)
	if err != nil {
		t.Fatal(err)
	}
	f := form.New(engine.Launch{Kind: "repoint_zone", Inputs: engine.Inputs{"zone": "example.org"}}, names, fields, false, "")
	if len(f.Fields) != 3 || f.Focus != "from_address" || f.Complete() {
		t.Errorf("%d fields, at %s, complete %v", len(f.Fields), f.Focus, f.Complete())
	}
	f.Find("from_address").Put("192.0.2.1", "")
	f.Find("to_address").Put("192.0.2.2", "")
	if plan, err := p.Engine.Plan(t.Context(), f.Launch()); err != nil || len(plan.Steps) != 3 || plan.Steps[0].Why == "" || !f.Complete() {
		t.Errorf("the form's plan is %+v (%v)", plan, err)
	}
}

func TestAKindThatMakesItsListIsShortAndKnownToNobody(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "kind_example_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			if n := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1; n > 40 {
				t.Errorf("%s has %d lines, and a kind of this sort takes 40", f.Name.Name, n)
			}
		}
	}
	for _, room := range []string{"../../engine", "../../tui"} {
		err := filepath.WalkDir(room, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			if src, err := os.ReadFile(path); err != nil || strings.Contains(string(src), "repoint") {
				t.Errorf("%s knows the kind (%v)", path, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
