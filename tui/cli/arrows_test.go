package cli_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"arcadia/tui/cli"
)

// module is its path, under which everything of ours stands.
var module = strings.TrimSuffix(reflect.TypeFor[cli.Env]().PkgPath(), "/tui/cli")

// arrows says for each part of the house what nothing in it may depend on, directly or not.
var arrows = []struct {
	part   string
	banned []string
	but    []string // of what is banned, allowed all the same
}{
	{"arcadia/engine", []string{module + "/", "charm.land/", "golang.org/", "github.com/", "go.etcd.io/"}, []string{"arcadia/engine", "github.com/google/uuid"}},
	{"arcadia/engine/...", []string{"arcadia/tui", "arcadia/steps", "arcadia/storage", "charm.land/", "github.com/digitalocean/", "go.etcd.io"}, nil},
	{"arcadia/engine/estate", []string{module + "/", "github.com/"}, []string{"arcadia/engine", "github.com/google/uuid"}},
	{"arcadia/storage/bolt", []string{"arcadia/storage"}, []string{"arcadia/storage/bolt"}},
	{"arcadia/storage/etcd", []string{"arcadia/storage"}, []string{"arcadia/storage/etcd"}},
	{"arcadia/storage/...", []string{"arcadia/tui", "arcadia/steps", "charm.land/", "github.com/digitalocean/"}, nil},
	{"arcadia/steps/...", []string{"arcadia/tui", "arcadia/storage", "charm.land/", "go.etcd.io"}, nil},
	{"arcadia/steps", []string{"arcadia/steps/digitalocean", "arcadia/steps/dosim", "github.com/digitalocean/"}, nil},
	{"arcadia/steps/dosim", []string{module + "/", "github.com/", "golang.org/x/"}, []string{"arcadia/steps/dosim"}},
	{"arcadia/tui/...", []string{"arcadia/storage", "arcadia/steps", "github.com/digitalocean/", "go.etcd.io"}, nil},
	{"arcadia/tui", []string{"arcadia/tui/cli", "arcadia/tui/sshd", "arcadia/tui/host"}, nil},
	{"arcadia/tui/cli", []string{"arcadia/tui/sshd", "arcadia/tui/host"}, nil},
	{"arcadia/tui/sshd", []string{"arcadia/tui/cli", "arcadia/tui/host"}, nil},
	{"arcadia/tui/frames", []string{module + "/"}, []string{"arcadia/tui/frames"}},
	{"arcadia/tui/widget", []string{"arcadia/engine", "arcadia/tui"}, []string{"arcadia/tui/widget"}},
	{"arcadia/tui/input", []string{module + "/"}, []string{"arcadia/tui/input"}},
	{"arcadia/tui/line", []string{module + "/"}, []string{"arcadia/tui/line", "arcadia/tui/theme", "arcadia/tui/widget", "arcadia/tui/say", "arcadia/engine"}},
	{"arcadia/tui/theme", []string{module + "/"}, []string{"arcadia/tui/theme", "arcadia/tui/widget", "arcadia/tui/say", "arcadia/engine"}},
	{"arcadia/tui/keys", []string{module + "/", "charm.land/"}, []string{"arcadia/tui/keys", "arcadia/engine"}},
	{"arcadia/tui/clean", []string{module + "/", "charm.land/"}, []string{"arcadia/tui/clean", "arcadia/engine"}},
	{"arcadia/tui/list", []string{module + "/"}, []string{"arcadia/tui/list", "arcadia/tui/clean", "arcadia/tui/keys", "arcadia/tui/line", "arcadia/tui/theme", "arcadia/tui/widget", "arcadia/tui/say", "arcadia/engine"}},
	{"arcadia/tui/confirm", []string{module + "/"}, []string{"arcadia/tui/confirm", "arcadia/tui/clean", "arcadia/tui/keys", "arcadia/tui/line", "arcadia/tui/list", "arcadia/tui/theme", "arcadia/tui/widget", "arcadia/tui/say", "arcadia/engine"}},
	{"arcadia/tui/decide", []string{module + "/", "charm.land/"}, []string{"arcadia/tui/decide", "arcadia/tui/say", "arcadia/engine"}},
	{"arcadia/tui/form", []string{module + "/"}, []string{"arcadia/tui/form", "arcadia/tui/confirm", "arcadia/tui/clean", "arcadia/tui/keys", "arcadia/tui/line", "arcadia/tui/list", "arcadia/tui/theme", "arcadia/tui/widget", "arcadia/tui/say", "arcadia/engine"}},
	{"arcadia/tui/say", []string{module + "/", "charm.land/"}, []string{"arcadia/tui/say", "arcadia/engine"}},
	{module, []string{"testing", "net/http/httptest", "arcadia/engine/enginetest", "arcadia/storage/storagetest"}, nil},
}

func TestArrowsPointAtTheDomain(t *testing.T) {
	t.Parallel()
	for _, a := range arrows {
		t.Run(a.part, func(t *testing.T) {
			t.Parallel()
			for _, p := range list(t, a.part) {
				for _, d := range p.Deps {
					if under(d, a.banned) && !under(d, a.but) {
						t.Errorf("%s depends on %s", p.ImportPath, d)
					}
				}
			}
		})
	}
}

// Only one package knows each of the libraries that reach outside.
func TestOneRoomForEachLibrary(t *testing.T) {
	t.Parallel()
	rooms := map[string]string{
		"github.com/digitalocean/godo": "arcadia/steps/digitalocean",
		"go.etcd.io/bbolt":             "arcadia/storage/bolt",
		"go.etcd.io/etcd/client/v3":    "arcadia/storage/etcd",
	}
	for _, p := range list(t, "arcadia/...") {
		for _, d := range p.Imports {
			if room, ok := rooms[d]; ok && p.ImportPath != room {
				t.Errorf("%s imports %s, which is for %s only", p.ImportPath, d, room)
			}
		}
	}
}

func under(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool {
		return path == strings.TrimSuffix(p, "/") || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/")
	})
}

type pkg struct {
	ImportPath    string
	Imports, Deps []string
}

func list(t *testing.T, pattern string) []pkg {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", pattern).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pattern, err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		t.Fatalf("go list %s: no package", pattern)
	}
	return all
}
