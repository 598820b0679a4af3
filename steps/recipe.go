package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// recipe is what the kinds about droplets share: what they ask for, and the calls that several of them make.
type recipe struct {
	cloud  Cloud
	ledger Ledger
}

// resting reads the droplet that a kind is about. One that is locked, or on which something runs, refuses the launch: what was planned
// would not be what is there when its turn comes.
func (r recipe) resting(ctx context.Context, in engine.Inputs) (Droplet, error) {
	d, err := dropletStep{r.cloud}.find(ctx, in)
	if err != nil {
		return d, err
	}
	return d, atRest(ctx, r.cloud, d)
}

func atRest(ctx context.Context, cloud Actions, d Droplet) error {
	a, busy := runningOn(ctx, cloud, d.ID)
	if busy {
		return fmt.Errorf("%s runs on droplet %s (action %d): launch when it has ended", visible.Short(a.Type, 40), d.title(), a.ID)
	}
	return nil
}

// droplet declares the droplet that a kind is about.
func (r recipe) droplet() engine.Field { return dropletStep{r.cloud}.field() }

const (
	inAnswers = "port"
	inSoakFor = "soak_for"

	defaultPort = "22"
)

// errNothingThere is why a kind that moves something is refused when there is nothing to move.
var errNothingThere = errors.New("there is nothing to move")

func portField() engine.Field {
	return engine.Field{
		Name: inAnswers, Label: "Port", Type: engine.IntField, Default: defaultPort, Check: between(1, 65535),
		Help: "the TCP port at which it has to answer",
	}
}

// healthFields declare how a kind knows that a droplet does its work.
func healthFields() []engine.Field {
	check := func(name string) func(string, engine.Inputs) error {
		return func(value string, _ engine.Inputs) error {
			_, err := probeOf(engine.Inputs{name: value})
			return err
		}
	}
	return []engine.Field{
		{Name: inHTTP, Label: "HTTP", Type: engine.TextField, Check: check(inHTTP), Help: "a URL that has to answer, as http://{host}/health; or give tcp"},
		{Name: inTCP, Label: "TCP", Type: engine.TextField, Check: check(inTCP), Help: "what has to accept connections, as {host}:443; or give http"},
	}
}

func soakField(most string) engine.Field {
	return engine.Field{
		Name: inSoakFor, Label: "Watched for", Type: engine.TextField, Default: most, Check: lasting(time.Second, 30*24*time.Hour),
		Help: "how long it is watched before it counts: a failure in that time brings everything back",
	}
}

// healthy refuses inputs that do not say, once, how health is seen.
func healthy(in engine.Inputs) error {
	if (in[inHTTP] == "") == (in[inTCP] == "") {
		return named(inHTTP, errors.New("give one of http and tcp: how it is seen that it works"))
	}
	return nil
}

// probing are the inputs of a probe of a host: as the kind was told, or else a TCP port.
func probing(in engine.Inputs, host string, more ...string) map[string]string {
	out := map[string]string{inHost: host}
	if host == "" {
		delete(out, inHost)
	}
	if in[inHTTP] == "" && in[inTCP] == "" {
		port := in[inAnswers]
		if port == "" {
			port = defaultPort
		}
		out[inTCP] = hostMark + ":" + port
	}
	for i := 0; i+1 < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

// resolving are the inputs of a probe of a record at all name servers of its zone.
func resolving(zone, name, recordType, value string) map[string]string {
	return map[string]string{inHTTP: "", inTCP: "", inDNS: fullName(zone, name) + "/" + recordType + "=" + value}
}

// step is one call with inputs in pairs.
func call(step, why string, in ...string) engine.StepCall {
	c := engine.StepCall{Step: step, Why: why}
	for i := 0; i+1 < len(in); i += 2 {
		if c.Inputs == nil {
			c.Inputs = map[string]string{}
		}
		c.Inputs[in[i]] = in[i+1]
	}
	return c
}

// copied are the calls that take a snapshot of the droplet and look whether it could be used.
func copied(why string) []engine.StepCall {
	return []engine.StepCall{
		call("create_droplet_snapshot", why),
		call("verify_snapshot", "nothing is lost for a snapshot that could not be used"),
	}
}

const inApprovals = "approvals"

func approvalsField(what string) engine.Field {
	return engine.Field{
		Name: inApprovals, Label: "Approvals", Type: engine.IntField, Default: "1", Check: between(0, 20),
		Help: "how many other people have to agree " + what + "; 0: nobody is asked",
	}
}

// agreed is the call that asks other people, if any are to be asked.
func agreed(in engine.Inputs, why string) []engine.StepCall {
	if in[inApprovals] == "0" {
		return nil
	}
	return []engine.StepCall{call("approve", why, inNeed, in[inApprovals], inAskedFor, defaultAsked)}
}

// off is the call that switches the droplet off, with its own patience: a kind may have another grace.
func off(why string) engine.StepCall {
	return call("power_off_droplet", why, inGrace, defaultGrace.String())
}

// buried is the last call of what deletes a droplet.
func buried(why string, more ...string) engine.StepCall {
	c := call("delete_droplet", why, more...)
	c.From = map[string]string{inNeedSnapshot: keyVerified}
	return c
}

// orders are the fields of a new droplet that a kind asks for.
func (r recipe) orders(names ...string) []engine.Field {
	return pick(NewCreateDroplet(r.cloud).Inputs(), names...)
}

// pick are the fields with these names, in this order.
func pick(fields []engine.Field, names ...string) []engine.Field {
	var out []engine.Field
	for _, name := range names {
		at := slices.IndexFunc(fields, func(f engine.Field) bool { return f.Name == name })
		out = append(out, fields[at])
	}
	return out
}

// optional is a field that may be left out.
func optional(f engine.Field, help string) engine.Field {
	f.Required, f.Help = false, help
	return f
}

// pointed is the call that points a record at a new droplet.
func pointed(r domainRecord, key, why string, more ...string) engine.StepCall {
	c := call("upsert_dns_record", why, append([]string{inDomain, r.Domain, inType, r.Type, inName, r.Name, inTTL, strconv.Itoa(r.TTL)}, more...)...)
	c.From = map[string]string{inData: key}
	return c
}

// keyFor is what a new droplet puts for records of a type.
func keyFor(recordType string) string {
	if recordType == "AAAA" {
		return keyDropletIPv6
	}
	return keyDropletIPv4
}

// mine are tags without those that sagas give to find what they have made.
func mine(tags []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return strings.HasPrefix(t, "arcadia-") }), ",")
}

// yesNo is "yes" or "no".
func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
