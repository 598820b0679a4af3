package tui

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// cloud is what the scripted steps of these tests look at and wait for.
type cloud struct {
	mute    atomic.Bool  // lists fail
	data    atomic.Value // of the record: string
	hold    chan struct{}
	refused atomic.Bool // the engine refuses the name although the form took it
	bars    atomic.Bool // undoing the record finds somebody else's change
	yields  atomic.Bool // which an operator can overrule
}

func newCloud() *cloud {
	c := &cloud{hold: make(chan struct{})}
	c.data.Store("203.0.113.9")
	return c
}

// snap takes a snapshot: it waits until it is let go, or stopped.
type snap struct{ c *cloud }

func (snap) Name() string { return "create_droplet_snapshot" }

func (s snap) Execute(ctx context.Context, st *engine.State) error {
	st.Put("action", 36804636)
	if err := st.Save(ctx); err != nil {
		return err
	}
	select {
	case <-s.c.hold:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (snap) Compensate(context.Context, *engine.State) error { return nil }

func (snap) DescribeUndo(*engine.State) string {
	return "waits for action 36804636, then deletes snapshot arcadia-snap-482913"
}

func (s snap) Inputs() []engine.Field {
	return []engine.Field{{
		Name: "droplet_id", Label: "Droplet", Type: engine.IntField, Required: true, Help: "the id of the droplet",
		Options: func(context.Context, engine.Inputs) ([]engine.Option, error) {
			if s.c.mute.Load() {
				return nil, errors.New("list droplets: 503 Service Unavailable\x1b[2J")
			}
			return []engine.Option{
				{Value: "482913", Label: "web-01", Detail: "482913  nyc3  active"},
				{Value: "482914", Label: "web-02", Detail: "482914  nyc3  active"},
				{Value: "482977", Label: "db-02\x1b]0;x", Detail: "482977  fra1  off"},
			}, nil
		},
	}}
}

func (snap) Target(_ context.Context, in engine.Inputs) (string, error) {
	if in["droplet_id"] == "404" {
		return "", errors.New("no droplet 404 in this account")
	}
	return "web-01 (" + in["droplet_id"] + ")", nil
}

func (snap) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{"droplet:" + in["droplet_id"]}, nil
}

func (snap) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	return engine.Change{
		Action: engine.ActCreate, Subject: "snapshot of web-01 (" + in["droplet_id"] + ")",
		Fields: []engine.FieldChange{{Name: "name", To: "arcadia-snap-482913-<short>", Note: "the end is the saga's short id"}},
		Undo:   "deletes the snapshot",
	}, nil
}

// dns changes a record.
type dns struct{ c *cloud }

func (dns) Name() string { return "upsert_dns_record" }

func (d dns) Execute(_ context.Context, st *engine.State) error {
	d.c.data.Store(st.Input("dns_record_data"))
	return nil
}

func (d dns) Compensate(context.Context, *engine.State) error {
	if d.c.bars.Load() {
		return &engine.Conflict{Subject: "A app.example.com", Prior: "203.0.113.9 ttl 1800", Written: "203.0.113.20 ttl 300", Live: "198.51.100.7 ttl 60", Overwritable: d.c.yields.Load()}
	}
	return nil
}

func (dns) DescribeUndo(*engine.State) string {
	return "restores A app.example.com to 203.0.113.9 ttl 1800"
}

func (d dns) Inputs() []engine.Field {
	return []engine.Field{
		{Name: "dns_domain", Label: "Domain", Type: engine.TextField, Required: true, Help: "the domain as it stands in the account", Check: func(v string, _ engine.Inputs) error {
			if !strings.Contains(v, ".") {
				return fmt.Errorf("%q is not a full domain name", v)
			}
			return nil
		}, Options: func(context.Context, engine.Inputs) ([]engine.Option, error) {
			if d.c.mute.Load() {
				return nil, errors.New("list domains: 503 Service Unavailable")
			}
			return []engine.Option{{Value: "example.com", Detail: "ttl 1800"}, {Value: "example.org", Detail: "ttl 1800"}}, nil
		}},
		{Name: "dns_record_type", Label: "Type", Type: engine.ChoiceField, Required: true, Default: "A", Choices: []string{"A", "AAAA", "CNAME", "MX", "TXT"}, Help: "the type of record"},
		{Name: "dns_record_name", Label: "Name", Type: engine.TextField, Required: true, Help: "relative like www; @ is the domain itself", Check: func(string, engine.Inputs) error {
			if d.c.refused.Load() {
				return errors.New("this name is taken")
			}
			return nil
		}},
		{Name: "dns_record_data", Label: "Value", Type: engine.TextField, Required: true, Help: "what it points to"},
		{Name: "dns_record_priority", Label: "Priority", Type: engine.IntField, Default: "10", Help: "lower comes first", When: func(in engine.Inputs) bool { return in["dns_record_type"] == "MX" }},
		{Name: "dns_record_ttl", Label: "TTL", Type: engine.IntField, Default: "1800", Help: "seconds", Check: func(v string, _ engine.Inputs) error {
			if n, err := strconv.Atoi(v); err != nil || n < 30 {
				return fmt.Errorf("%q is not a whole number from 30", v)
			}
			return nil
		}},
	}
}

func (dns) Target(_ context.Context, in engine.Inputs) (string, error) {
	return in["dns_record_type"] + " " + in["dns_record_name"] + "." + in["dns_domain"], nil
}

func (dns) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{"dns:" + in["dns_domain"] + "/" + in["dns_record_name"]}, nil
}

func (d dns) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	was := d.c.data.Load().(string)
	subject := in["dns_record_type"] + " " + in["dns_record_name"] + "." + in["dns_domain"]
	if in["dns_record_data"] == "192.0.2.66" {
		return engine.Change{}, engine.Reason("records_in_the_way: " + subject + " cannot stand beside a CNAME")
	}
	if was == in["dns_record_data"] {
		return engine.Change{Action: engine.ActNone, Subject: subject, Undo: "nothing to undo"}, nil
	}
	return engine.Change{
		Action: engine.ActUpdate, Subject: subject,
		Fields: []engine.FieldChange{{Name: "data", From: was, To: in["dns_record_data"]}, {Name: "ttl", From: "1800", To: in["dns_record_ttl"], Note: "shared by 2 records of this name"}},
		Undo:   "restore both",
	}, nil
}

// gone deletes a record; what it means by mode is not what another step might mean.
type gone struct{ engine.Step }

func (gone) Inputs() []engine.Field {
	return []engine.Field{
		{Name: "dns_domain", Label: "Domain", Type: engine.TextField, Required: true, Help: "the domain"},
		{Name: "dns_record_type", Label: "Type", Type: engine.ChoiceField, Default: "TXT", Choices: []string{"A", "TXT"}, Help: "the type of record"},
	}
}

func (gone) Plan(context.Context, engine.Inputs) (engine.Change, error) {
	return engine.Change{}, fmt.Errorf("%w: it builds on what an earlier step does", engine.ErrUntold)
}

func launchKindsForTests() []engine.Kind {
	return []engine.Kind{
		{Name: "snapshot_droplet", Steps: []string{"create_droplet_snapshot"}, Summary: "takes a snapshot of a droplet", Undo: "deletes the snapshot"},
		{Name: "upsert_dns_record", Steps: []string{"upsert_dns_record"}, Summary: "creates or changes a DNS record", Undo: "puts back what was there, or deletes what was created"},
		{Name: "snapshot_then_dns", Steps: []string{"create_droplet_snapshot", "upsert_dns_record"}, Summary: "takes a snapshot of a droplet, then changes a DNS record", Undo: "puts the record back, then deletes the snapshot"},
		{Name: "move_record", Steps: []string{"upsert_dns_record", "delete_dns_record"}, Summary: "changes one record, then deletes another", Undo: "puts both back"},
		{Name: "dns_then_fail", Steps: []string{"upsert_dns_record", "fail"}, Summary: "changes a record and fails", Undo: "puts it back"},
		{Name: "delete_snapshot", Steps: []string{"delete_snapshot"}, Summary: "deletes a snapshot", Undo: "nothing brings it back"},
		{Name: "adhoc", Adhoc: true, Summary: "any list of steps", Undo: "undoes each step, the last one first"},
	}
}

// counted counts what reaches the engine.
type counted struct {
	*engine.Session
	as                                            func(engine.Actor) *engine.Session
	starts, cancels, rollbacks, retries, resolves atomic.Int32
	plans                                         atomic.Int32
	before                                        func() // runs once, between the dialog's read and its verb
	lost                                          atomic.Bool
	keys                                          chan string
}

func (c *counted) Start(ctx context.Context, l engine.Launch) (*engine.Saga, error) {
	c.starts.Add(1)
	c.keys <- l.Key
	s, err := c.Session.Start(ctx, l)
	if c.lost.Swap(false) {
		return nil, errors.New("the line was lost")
	}
	return s, err
}

func (c *counted) Plan(ctx context.Context, l engine.Launch) (engine.Plan, error) {
	c.plans.Add(1)
	return c.Session.Plan(ctx, l)
}

func (c *counted) Saga(ctx context.Context, id engine.ID) (*engine.Saga, error) {
	if f := c.before; f != nil {
		c.before = nil
		f()
	}
	return c.Session.Saga(ctx, id)
}

func (c *counted) Cancel(ctx context.Context, id engine.ID, v engine.Request) error {
	c.cancels.Add(1)
	return c.Session.Cancel(ctx, id, v)
}

func (c *counted) Rollback(ctx context.Context, id engine.ID, v engine.Request) error {
	c.rollbacks.Add(1)
	return c.Session.Rollback(ctx, id, v)
}

func (c *counted) Retry(ctx context.Context, id engine.ID, v engine.Request) error {
	c.retries.Add(1)
	return c.Session.Retry(ctx, id, v)
}

func (c *counted) Resolve(ctx context.Context, id engine.ID, idx int, v engine.Request) error {
	c.resolves.Add(1)
	return c.Session.Resolve(ctx, id, idx, v)
}

// live runs f with a console on an engine that runs the scripted steps, in a bubble.
func live(t *testing.T, width, height int, f func(s *stage, c *cloud, b *counted)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		eng, stop := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{
			Steps: []engine.Step{snap{c}, dns{c}, gone{enginetest.Step("delete_dns_record", func(context.Context, *engine.State) error { return nil }, nil)}, newWipe(), enginetest.Echo(), enginetest.Fail()},
			Kinds: launchKindsForTests(),
		})
		b := &counted{Session: eng.As(enginetest.Ops), as: eng.As, keys: make(chan string, 64)}
		cfg := Config{Backend: guarded{b}, Env: "DEMO", Operator: "ops1", Dark: true, Now: func() time.Time { return noon }, Location: time.UTC}
		s := &stage{tb: t, app: New(cfg), msgs: make(chan tea.Msg, 1024)}
		s.run(s.app.Init())
		s.send(tea.WindowSizeMsg{Width: width, Height: height})
		defer func() { // also when the test gives up: nothing may be left in the bubble
			s.app.Close()
			if err := stop(); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}()
		f(s, c, b)
	})
}

// kind goes to the form of a kind.
func (s *stage) kind(name string) {
	s.press("n")
	s.write(name)
	s.press("enter")
}

// fillDNS fills the form of upsert_dns_record up to its button.
func (s *stage) fillDNS(data string) {
	s.press("enter", "enter") // example.com, A
	s.write("app")
	s.press("enter")
	s.write(data)
	s.press("enter")
	s.write("300")
	s.press("enter")
}

func (s *stage) launchScreen() *launch {
	l, ok := s.app.screen().(*launch)
	if !ok {
		s.tb.Fatalf("the launch is not on the screen:\n%s", s.text())
	}
	return l
}

func (s *stage) openDialog() *dialog {
	if n := len(s.app.overlays); n > 0 {
		if d, ok := s.app.overlays[n-1].(*dialog); ok {
			return d
		}
	}
	s.tb.Fatalf("no dialog is open:\n%s", s.text())
	return nil
}
