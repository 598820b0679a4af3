package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"arcadia/engine"
	"arcadia/engine/strict"
	"arcadia/engine/trust"
	"arcadia/tui/theme"
)

// Context is an account with a store of its own, by a name.
type Context struct {
	Name         string `json:"name"`
	Token        string `json:"token"`                        // where it is: env:NAME or file:/PATH
	Provisioning string `json:"provisioning_token,omitempty"` // likewise, for writes; empty: Token is for both
	API          string `json:"api,omitempty"`                // empty: the provider's own
	Store        string `json:"store"`                        // a file, or etcd://HOST:PORT,.../NAME
	StoreCA      string `json:"store_ca,omitempty"`
	StoreCert    string `json:"store_cert,omitempty"`
	StoreKey     string `json:"store_key,omitempty"`
	Color        string `json:"color,omitempty"` // of its badge
	ReadOnly     bool   `json:"read_only"`       // sessions in it are read-only
}

// ContextsFile is where contexts are, beside the settings: $XDG_CONFIG_HOME/arcadia/contexts.yaml.
func ContextsFile(env func(string) string) (string, error) {
	file, err := SettingsFile(env)
	return filepath.Join(filepath.Dir(file), "contexts.yaml"), err
}

// OwnContexts reads the operator's contexts, in the order of the file. A file that is not there has none; one that is wrong in any
// line, or that somebody else could have written, is an error. A store that is not named is the context's own, in the folder for data.
func OwnContexts(env func(string) string) ([]Context, error) {
	file, err := ContextsFile(env)
	if err != nil {
		return nil, nil //nolint:nilerr // without a folder for settings there can be none
	}
	text, err := trust.Read(file, trust.Rule{Forbidden: 0o022, Max: strict.MaxFile})
	if _, none := os.Lstat(file); errors.Is(none, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("contexts: %w", err)
	}
	all, err := ParseContexts(text)
	if err != nil {
		return nil, fmt.Errorf("contexts %s: %w", file, err)
	}
	for i := range all {
		if all[i].Store != "" {
			continue
		}
		data, err := DataFile(env)
		if err != nil {
			return nil, err
		}
		all[i].Store = filepath.Join(filepath.Dir(data), all[i].Name+".db")
	}
	return all, nil
}

var goodContext = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,19}$`)

// contextKeys are what can be said of a context.
var contextKeys = []string{"token", "provisioning_token", "api", "store", "store_ca", "store_cert", "store_key", "color", "read_only"}

// ParseContexts reads contexts from YAML, in their order:
//
//	prod:
//	  token: file:/home/ops/prod.token
//	  store: etcd://10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379/prod
//	  color: red
//	staging:
//	  token: env:STAGING_TOKEN
//	  api: https://api.digitalocean.com
//	  read_only: true
//
// The error names every line that is wrong.
func ParseContexts(text []byte) (all []Context, err error) {
	err = strict.Read(text, "a file of contexts", func(r *strict.Reader, root *yaml.Node) {
		r.Named(root, "contexts", func(name, v *yaml.Node) { all = append(all, readContext(r, name, v)) })
		for i, c := range all {
			if at := slices.IndexFunc(all[:i], func(o Context) bool { return c.Store != "" && o.Store == c.Store }); at >= 0 {
				r.Wrong(root.Content[2*i], "%s has the store of %s: each account has its own", c.Name, all[at].Name)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func readContext(r *strict.Reader, name, v *yaml.Node) Context {
	c := Context{Name: name.Value}
	if !goodContext.MatchString(c.Name) {
		r.Wrong(name, "context %.40q: use small letters, digits, dots and dashes, 20 at most", c.Name)
	}
	r.Entries(v, c.Name, contextKeys, func(key string, v *yaml.Node) {
		switch key {
		case "token":
			c.Token = reference(r, v, key)
		case "provisioning_token":
			c.Provisioning = reference(r, v, key)
		case "api":
			c.API = r.Text(v, key)
			if u, err := url.Parse(c.API); c.API != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil) {
				r.Wrong(v, "api: %.60q is no address: write https://HOST", c.API)
			}
		case "store":
			c.Store = r.Text(v, key)
			if c.Store != "" && !c.shared() && !filepath.IsAbs(c.Store) {
				r.Wrong(v, "store: %.60q: give a whole path, or etcd://HOST:PORT,.../NAME", c.Store)
			}
		case "store_ca":
			c.StoreCA = whole(r, v, key)
		case "store_cert":
			c.StoreCert = whole(r, v, key)
		case "store_key":
			c.StoreKey = whole(r, v, key)
		case "color":
			c.Color = r.OneOf(v, key, theme.Badges())
		case "read_only":
			c.ReadOnly = r.Yes(v, key)
		}
	})
	switch {
	case v.Kind != yaml.MappingNode:
	case c.Token == "":
		r.Wrong(name, "%s: say where its token is: token: env:NAME or file:/PATH", c.Name)
	case !c.shared() && c.StoreCA+c.StoreCert+c.StoreKey != "":
		r.Wrong(name, "%s: store_ca, store_cert and store_key are for a store that several hosts share", c.Name)
	}
	return c
}

// reference is where a secret is. The secret itself is refused, and not repeated.
func reference(r *strict.Reader, v *yaml.Node, what string) string {
	text := r.Text(v, what)
	name, env := strings.CutPrefix(text, "env:")
	path, file := strings.CutPrefix(text, "file:")
	if text != "" && (!env || name == "") && (!file || !filepath.IsAbs(path)) {
		r.Wrong(v, "%s: say where it is, env:NAME or file:/PATH, and not the token itself", what)
	}
	return text
}

// whole is a file's name that means the same in every folder.
func whole(r *strict.Reader, v *yaml.Node, what string) string {
	path := r.Text(v, what)
	if path != "" && !filepath.IsAbs(path) {
		r.Wrong(v, "%s: %.60q: give a whole path", what, path)
	}
	return path
}

// shared reports whether several hosts share its store.
func (c *Context) shared() bool { return strings.Contains(c.Store, "://") }

// maxToken is how long a token in a file can be.
const maxToken = 4 << 10

// Secrets reads the tokens of the context: that for reads, or for both, and that for writes, which may be empty. They are read at each use,
// from the environment or from files that only their owner can read, and never kept or shown.
func (c *Context) Secrets(env func(string) string) (token, provisioning string, err error) {
	if token, err = c.secret(env, "token", c.Token); err != nil {
		return "", "", err
	}
	if c.Provisioning != "" {
		provisioning, err = c.secret(env, "provisioning_token", c.Provisioning)
	}
	return token, provisioning, err
}

func (c *Context) secret(env func(string) string, what, at string) (string, error) {
	path, file := strings.CutPrefix(at, "file:")
	if !file {
		name := strings.TrimPrefix(at, "env:")
		if secret := strings.TrimSpace(env(name)); secret != "" {
			return secret, nil
		}
		return "", fmt.Errorf("context %s: %s: the environment has no %s", c.Name, what, name)
	}
	text, err := trust.Read(path, trust.Rule{Forbidden: 0o077, Max: maxToken})
	if err != nil {
		return "", fmt.Errorf("context %s: %s: %w", c.Name, what, err)
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" {
		return "", fmt.Errorf("context %s: %s: %s is empty", c.Name, what, path)
	}
	return secret, nil
}

// ContextNamed is a context by its name, or an error that says which there are.
func ContextNamed(all []Context, name string) (*Context, error) {
	names := make([]string, len(all))
	for i := range all {
		if names[i] = all[i].Name; names[i] == name {
			return &all[i], nil
		}
	}
	if len(all) == 0 {
		return nil, misuse("there is no context %.40q: there is no contexts.yaml beside the settings", name)
	}
	return nil, misuse("there is no context %.40q%s: there are %s", name, engine.Meant(name, names), strings.Join(names, ", "))
}
