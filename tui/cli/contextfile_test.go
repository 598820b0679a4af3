package cli_test

import (
	"reflect"
	"strings"
	"testing"

	"arcadia/tui/cli"
)

const contexts = `prod:
  token: file:/home/ops/prod.token
  provisioning_token: file:/home/ops/prod.write
  api: https://api.digitalocean.com
  store: etcd://10.0.0.1:2379/prod
  store_ca: /etc/arcadia/ca.pem
  color: red
staging:
  token: env:STAGING_TOKEN
  store: /home/ops/staging.db
  read_only: true
`

func TestContextsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	want := []cli.Context{
		{Name: "prod", Token: "file:/home/ops/prod.token", Provisioning: "file:/home/ops/prod.write", API: "https://api.digitalocean.com", Store: "etcd://10.0.0.1:2379/prod", StoreCA: "/etc/arcadia/ca.pem", Color: "red"},
		{Name: "staging", Token: "env:STAGING_TOKEN", Store: "/home/ops/staging.db", ReadOnly: true},
	}
	if got, err := cli.ParseContexts([]byte(contexts)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	for _, none := range []string{"", "# nothing yet\n", "{}\n"} {
		if got, err := cli.ParseContexts([]byte(none)); err != nil || len(got) != 0 {
			t.Errorf("%q: %+v, %v", none, got, err)
		}
	}
}

// TestEveryWrongLineOfContextsIsSaid makes each line wrong, in turn, and more.
func TestEveryWrongLineOfContextsIsSaid(t *testing.T) {
	t.Parallel()
	for i, line := range strings.Split(strings.TrimSpace(contexts), "\n") {
		if !strings.HasPrefix(line, " ") {
			continue
		}
		bad := strings.Replace(contexts, line, strings.Replace(line, ":", "x:", 1), 1)
		if got, err := cli.ParseContexts([]byte(bad)); err == nil || got != nil || !strings.Contains(err.Error(), "is not known") {
			t.Errorf("line %d made %q: %+v, %v", i+1, strings.Replace(line, ":", "x:", 1), got, err)
		}
	}
	for text, want := range map[string]string{
		"prod:\n  token: dop_v1_secret":                                    "line 2: token: say where it is, env:NAME or file:/PATH, and not the token itself",
		"prod:\n  token: file:relative":                                    "say where it is",
		"prod:\n  token: \"env:\"":                                         "say where it is",
		"prod:\n  color: red":                                              "line 1: prod: say where its token is",
		"prod:\n  token: env:A\n  color: rad":                              "line 3: color: \"rad\" is not known (did you mean red?)",
		"prod:\n  token: env:A\n  read_only: maybe":                        "line 3: read_only: give true or false",
		"prod:\n  token: env:A\n  api: ftp://x":                            "line 3: api",
		"prod:\n  token: env:A\n  api: https://user:pw@x":                  "line 3: api",
		"prod:\n  token: env:A\n  store: here.db":                          "line 3: store: \"here.db\": give a whole path",
		"prod:\n  token: env:A\n  store_ca: /ca.pem":                       "are for a store that several hosts share",
		"prod:\n  token: env:A\n  token: env:B":                            "line 3: prod: token is given twice",
		"prod:\n  token: env:A\nprod:\n  token: env:B":                     "prod is given twice",
		"a:\n  token: env:A\n  store: /x\nb:\n  token: env:A\n  store: /x": "line 4: b has the store of a: each account has its own",
		"Prod:\n  token: env:A":                                            "use small letters",
		"prod: red":                                                        "line 1: prod: give token",
		"[]":                                                               "give names",
		"--- {}\n--- {}":                                                   "nothing may follow",
		"a: &x {token: env:A}\nb: *x":                                      "no anchors",
	} {
		got, err := cli.ParseContexts([]byte(text))
		if err == nil || got != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v, want %q", text, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "dop_v1") {
			t.Errorf("the secret is said: %v", err)
		}
	}
}
