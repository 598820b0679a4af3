package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/schedule"
)

// The collections of documents: who is told, what waits to be sent, what is over, and what was given up and needs a person.
const (
	Targets    = "targets"
	Outbox     = "outbox"
	Deliveries = "deliveries"
	GivenUp    = "undelivered"
)

// Format is how a target wants to be told.
type Format string

// The formats.
const (
	FormatArcadia Format = "arcadia" // a signed webhook, by Standard Webhooks 1.0
	FormatSlack   Format = "slack"   // what Slack and those like it take
	FormatText    Format = "text"    // one line; of a night several
)

// Target is a document: who is told, of what, and how.
type Target struct {
	Name   string        `json:"-"`
	URL    string        `json:"url,omitempty"`    // or a reference to it, env:NAME or file:PATH, where it is a secret itself
	Exec   string        `json:"exec,omitempty"`   // in place of URL: the name of a program in the folder of hooks
	Format Format        `json:"format,omitempty"` // empty: arcadia
	Events []Event       `json:"events,omitempty"` // empty: all but completed and last_night
	Secret string        `json:"secret,omitempty"` // env:NAME or file:PATH; read at each send, never kept
	Kinds  []string      `json:"kinds,omitempty"`  // of sagas; empty: all
	MinAge schedule.Span `json:"min_age,omitempty"`
}

var (
	goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,59}$`)
	goodHook = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)
)

// Reference reports whether a text is a reference to a secret.
func Reference(text string) bool {
	name, isEnv := strings.CutPrefix(text, "env:")
	path, isFile := strings.CutPrefix(text, "file:")
	return isEnv && name != "" || isFile && strings.HasPrefix(path, "/")
}

// Form is how the target is told.
func (t Target) Form() Format {
	if t.Format == "" {
		return FormatArcadia
	}
	return t.Format
}

// Check refuses what no target can be.
func (t Target) Check() error {
	switch {
	case !goodName.MatchString(t.Name):
		return fmt.Errorf("%w: name %.60q: use small letters, digits, dots and dashes, 60 at most", engine.ErrInput, t.Name)
	case (t.URL == "") == (t.Exec == ""):
		return fmt.Errorf("%w: give url or exec, one of them", engine.ErrInput)
	case t.Exec != "" && !goodHook.MatchString(t.Exec):
		return fmt.Errorf("%w: exec %.60q: give the name of a program in the folder of hooks, not a path", engine.ErrInput, t.Exec)
	case !slices.Contains([]Format{"", FormatArcadia, FormatSlack, FormatText}, t.Format):
		return fmt.Errorf("%w: format %.20q is not arcadia, slack or text", engine.ErrInput, t.Format)
	case t.Secret != "" && !Reference(t.Secret):
		return fmt.Errorf("%w: secret: give where it is, env:NAME or file:/PATH, never the secret itself", engine.ErrInput)
	case t.URL != "" && t.Form() == FormatArcadia && t.Secret == "":
		return fmt.Errorf("%w: secret: a webhook is signed: give env:NAME or file:/PATH, or another format", engine.ErrInput)
	}
	for _, e := range t.Events {
		if !slices.Contains(Events, e) {
			return fmt.Errorf("%w: event %.30q%s", engine.ErrInput, e, engine.Meant(string(e), words(Events)))
		}
	}
	if t.URL == "" || Reference(t.URL) {
		return nil
	}
	if t.Form() == FormatSlack && !strings.HasPrefix(t.URL, "http://") { // which is this machine's own
		return fmt.Errorf("%w: url: whoever knows it can post, so that it is a secret: give env:NAME or file:/PATH", engine.ErrInput)
	}
	return CheckURL(t.URL)
}

// CheckURL refuses an address that nothing is ever sent to: one that is not https, except http to this machine, and one with a
// password in it.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%w: url: write https://HOST/PATH", engine.ErrInput)
	}
	ip, notIP := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || notIP == nil && ip.IsLoopback()
	switch {
	case u.User != nil:
		return fmt.Errorf("%w: url: it holds a password: give a reference, env:NAME or file:/PATH", engine.ErrInput)
	case u.Scheme != "https" && (u.Scheme != "http" || !local):
		return fmt.Errorf("%w: url: https, or http to this machine alone", engine.ErrInput)
	case notIP == nil && Barred(ip):
		return fmt.Errorf("%w: url: %s is a link-local address, where clouds keep their secrets", engine.ErrInput, ip)
	}
	return nil
}

// Barred reports whether nothing is ever sent to an address: link-local ones, where clouds keep their metadata, and those that are no
// one machine's.
func Barred(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || !ip.IsValid()
}

// Where is the target's address as it may be shown: a path can be a secret.
func (t Target) Where() string {
	if t.Exec != "" {
		return "exec " + t.Exec
	}
	u, err := url.Parse(t.URL)
	if Reference(t.URL) || err != nil {
		return t.URL
	}
	return u.Scheme + "://" + u.Host + "/…"
}

// wants reports whether the target is told of a note.
func (t Target) wants(n Note) bool {
	events := t.Events
	if len(events) == 0 {
		events = byDefault
	}
	return slices.Contains(events, n.Event) && (len(t.Kinds) == 0 || n.Kind == "" || slices.Contains(t.Kinds, n.Kind)) &&
		(t.MinAge == 0 || n.Saga == "" || n.Took >= time.Duration(t.MinAge))
}

// Hears reports whether the target is told when a saga of a kind does not do what it should.
func (t Target) Hears(kind string) bool {
	return t.wants(Note{Event: Failed, Kind: kind}) || t.wants(Note{Event: NeedsYou, Kind: kind})
}

// Book is where targets and deliveries are written down. *engine.Session satisfies it.
type Book interface {
	Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error)
	PutDocs(ctx context.Context, changes ...engine.DocChange) error
}

// Reader is the part of it that reads. A store is one.
type Reader interface {
	Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error)
}

// List gives all targets, or those with the given names. A name that does not exist is an ErrInput.
func List(ctx context.Context, r Reader, names ...string) ([]Target, error) {
	docs, err := r.Docs(ctx, Targets, names...)
	if err != nil {
		return nil, err
	}
	if len(docs) < len(names) {
		return nil, fmt.Errorf("%w: no target %.60q: arcadia target list shows what there is", engine.ErrInput, strings.Join(names, ", "))
	}
	out := []Target{}
	for _, d := range docs {
		var t Target
		if err := json.Unmarshal(d.Body, &t); err != nil {
			return nil, fmt.Errorf("read target %s: %w", d.Name, err)
		}
		t.Name = d.Name
		out = append(out, t)
	}
	return out, nil
}

// Put makes a target, or changes it. It refuses what Check refuses.
func Put(ctx context.Context, b Book, t Target) error {
	if err := t.Check(); err != nil {
		return fmt.Errorf("target %.60s: %w", t.Name, err)
	}
	all, err := List(ctx, b)
	if err != nil {
		return err
	}
	if len(all) >= maxTargets && !slices.ContainsFunc(all, func(o Target) bool { return o.Name == t.Name }) {
		return fmt.Errorf("target %s: %w: there are %d already, the most there can be: remove one first", t.Name, engine.ErrRefused, len(all))
	}
	body, err := json.Marshal(t) //nolint:gosec // Secret says where the secret is
	if err != nil {
		return err
	}
	return change(ctx, b, engine.DocChange{Doc: engine.Doc{Collection: Targets, Name: t.Name, Body: body}})
}

// maxTargets bounds what one commit of a saga has to write beside its entries.
const maxTargets = 20

// Remove takes a target away. What waits for it is given up at the next look of a Sender.
func Remove(ctx context.Context, b Book, name string) error {
	if _, err := List(ctx, b, name); err != nil {
		return err
	}
	return change(ctx, b, engine.DocChange{Doc: engine.Doc{Collection: Targets, Name: name}, Remove: true})
}

// change changes a document whatever its version is.
func change(ctx context.Context, b Book, c engine.DocChange) error {
	docs, err := b.Docs(ctx, c.Collection, c.Name)
	if err != nil {
		return err
	}
	if len(docs) > 0 {
		c.IfVersion = docs[0].Version
	}
	return b.PutDocs(ctx, c)
}
