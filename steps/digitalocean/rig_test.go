package digitalocean_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
)

const canary = "dop_v1_canary0123456789abcdef"

func client(t *testing.T, rt http.RoundTripper, change ...func(*digitalocean.Config)) *digitalocean.Client {
	t.Helper()
	cfg := digitalocean.Config{Token: canary, Transport: rt}
	for _, f := range change {
		f(&cfg)
	}
	c, err := digitalocean.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// call is one method of the client.
type call struct {
	name  string
	write bool
	do    func(context.Context, *digitalocean.Client) error
}

// calls are all methods, each on something that exists in a simulator with these ids.
func calls(droplet, snapshot, action, record int64) []call {
	ignore := func(_ any, err error) error { return err }
	a := steps.Record{Type: "A", Name: "new", Data: "192.0.2.9", TTL: 300}
	changed := a
	changed.ID, changed.Name = record, "api"
	return []call{
		{"Droplets", false, func(ctx context.Context, c *digitalocean.Client) error { return ignore(c.Droplets(ctx)) }},
		{"Droplet", false, func(ctx context.Context, c *digitalocean.Client) error { return ignore(c.Droplet(ctx, droplet)) }},
		{"Action", false, func(ctx context.Context, c *digitalocean.Client) error { return ignore(c.Action(ctx, action)) }},
		{"DropletActions", false, func(ctx context.Context, c *digitalocean.Client) error { return ignore(c.DropletActions(ctx, droplet)) }},
		{"DropletSnapshots", false, func(ctx context.Context, c *digitalocean.Client) error {
			return ignore(c.DropletSnapshots(ctx, droplet))
		}},
		{"AllSnapshots", false, func(ctx context.Context, c *digitalocean.Client) error { return ignore(c.AllSnapshots(ctx)) }},
		{"Snapshot", false, func(ctx context.Context, c *digitalocean.Client) error { return ignore(c.Snapshot(ctx, snapshot)) }},
		{"Domains", false, func(ctx context.Context, c *digitalocean.Client) error { return ignore(c.Domains(ctx)) }},
		{"AllRecords", false, func(ctx context.Context, c *digitalocean.Client) error {
			return ignore(c.AllRecords(ctx, "example.com"))
		}},
		{"RecordsAt", false, func(ctx context.Context, c *digitalocean.Client) error {
			return ignore(c.RecordsAt(ctx, "example.com", "api"))
		}},
		{"SnapshotDroplet", true, func(ctx context.Context, c *digitalocean.Client) error {
			return ignore(c.SnapshotDroplet(ctx, droplet, "arcadia-snap-test"))
		}},
		{"DeleteSnapshot", true, func(ctx context.Context, c *digitalocean.Client) error { return c.DeleteSnapshot(ctx, snapshot) }},
		{"CreateRecord", true, func(ctx context.Context, c *digitalocean.Client) error {
			return ignore(c.CreateRecord(ctx, "example.com", a))
		}},
		{"UpdateRecord", true, func(ctx context.Context, c *digitalocean.Client) error {
			return ignore(c.UpdateRecord(ctx, "example.com", changed))
		}},
		{"DeleteRecord", true, func(ctx context.Context, c *digitalocean.Client) error {
			return c.DeleteRecord(ctx, "example.com", record)
		}},
	}
}

// world is a simulator and the calls that succeed on it.
func world(t *testing.T, opts ...dosim.Option) (*dosim.Sim, []call) {
	t.Helper()
	sim := dosim.New(opts...)
	droplet := sim.AddDroplet("rig")
	snapshot := sim.AddSnapshot(droplet, "rig-snapshot")
	other := sim.AddDroplet("other")
	a, err := client(t, sim).SnapshotDroplet(t.Context(), other, "some")
	if err != nil {
		t.Fatal(err)
	}
	var record int64
	for _, r := range sim.Zone("example.com") {
		if r.Name == "api" {
			record = r.ID
		}
	}
	sim.ResetLog()
	return sim, calls(droplet, snapshot, a.ID, record)
}

// tripper is a service in a function.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// says answers every request alike.
func says(status int, body string, headers ...string) tripper {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{
			Status: strconv.Itoa(status), StatusCode: status, Header: h, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1, Request: r,
		}, nil
	}
}

// logged is a log that can be searched.
func logged() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})), &b
}

func classOf(t *testing.T, err error) *steps.CloudError {
	t.Helper()
	var ce *steps.CloudError
	if !errors.As(err, &ce) {
		t.Fatalf("%v is not a CloudError", err)
	}
	return ce
}
