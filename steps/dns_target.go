package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// target names what a step is about, after a look whether the domain exists and whether the token may do what plan says.
func (d dnsWriter) target(ctx context.Context, zone string, about Record, plan planner) (string, error) {
	domains, err := d.zones.Domains(ctx)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(domains, func(o Domain) bool { return canonicalZone(o.Name) == zone }) {
		// The list may be some seconds old.
		_, err := d.recordsAt(ctx, zone, about.Name)
		switch {
		case absent(err):
			return "", fmt.Errorf("domain %s is not in this account: %s", visible.Short(zone, 80), instead(zone, domains))
		case err != nil:
			return "", err
		}
	}
	if err := d.allowed(ctx, zone, about.Name, plan); err != nil {
		return "", fmt.Errorf("write %s: %w", about.title(zone), err)
	}
	return about.title(zone), nil
}

// allowed refuses what the token is known not to be allowed. It looks at the zone only when something is known: a token
// that may not delete records can still create one, but not one that is to make room for another.
func (d dnsWriter) allowed(ctx context.Context, zone, name string, plan planner) error {
	if denied(d.zones, CreateRecords, UpdateRecords, DeleteRecords) == nil {
		return nil
	}
	live, err := d.look(ctx, zone, name)
	if err != nil {
		return err
	}
	c, refusal := plan(ctx, live)
	if refusal != nil {
		return nil //nolint:nilerr // the step will refuse by itself, and say why
	}
	return denied(d.zones, c.needs()...)
}

// zoneOf is the domain of the account in which a full name lies: the longest that fits. Empty: none.
func zoneOf(full string, domains []Domain) string {
	best := ""
	for _, d := range domains {
		zone := canonicalZone(d.Name)
		if (full == zone || strings.HasSuffix(full, "."+zone)) && len(zone) > len(best) {
			best = zone
		}
	}
	return best
}

// instead says what to choose for a domain that the account does not have.
func instead(domain string, domains []Domain) string {
	zone := zoneOf(domain, domains)
	if zone == "" {
		return "add it at the provider first"
	}
	return fmt.Sprintf("%s is, and %s in it is %s=%s", zone, visible.Short(domain, 80), inName, relativeName(zone, domain))
}

// explained names the domain of the account in which an absolute name lies that is not under the domain given. Other errors
// pass as they are.
func (d dnsWriter) explained(ctx context.Context, in engine.Inputs, err error) error {
	if !errors.Is(err, errElsewhere) {
		return err
	}
	zone := canonicalZone(in[inDomain])
	err = under(zone, in[inName])
	domains, lookErr := d.zones.Domains(ctx)
	if lookErr != nil {
		return &engine.InputError{Name: inName, Idx: -1, Err: err} // which stands without the hint
	}
	hint := "nor under any other domain of the account: leave out the final dot for a name under " + visible.Short(zone, 80)
	if fits := zoneOf(canonicalZone(in[inName]), domains); fits != "" {
		hint = fmt.Sprintf("it is in %s, so choose %s=%s", fits, inDomain, fits)
	}
	return &engine.InputError{Name: inName, Idx: -1, Err: fmt.Errorf("%w: %s", err, hint)}
}

// nameNote says of a name that is taken as it was written what else may have been meant: a name that ends in another domain
// of the account, or one in a domain of the account below this one.
func (d dnsWriter) nameNote(ctx context.Context, zone, name string) (string, error) {
	domains, err := d.zones.Domains(ctx)
	if err != nil {
		return "", err
	}
	full := fullName(zone, name)
	if below := zoneOf(full, domains); len(below) > len(zone) {
		return fmt.Sprintf("%s is in the domain %s of this account, which answers for it: a record here is not seen", visible.Short(full, 80), below), nil
	}
	if other := zoneOf(name, domains); other != "" && other != zone {
		return fmt.Sprintf("this is %s; if you mean %s, choose %s=%s", visible.Short(full, 80), visible.Short(name, 80), inDomain, other), nil
	}
	return "", nil
}
