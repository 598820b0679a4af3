package steps

import (
	"context"
	"fmt"
	"slices"
)

// target names what a step is about, after a look whether the domain exists and whether the token may do what plan says.
func (d dnsWriter) target(ctx context.Context, zone string, about Record, plan func(live []Record) (change, error)) (string, error) {
	domains, err := d.zones.Domains(ctx)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(domains, func(o Domain) bool { return canonicalZone(o.Name) == zone }) {
		// The list may be some seconds old.
		_, err := d.zones.RecordsAt(ctx, zone, about.Name)
		switch {
		case absent(err):
			return "", fmt.Errorf("domain %s is not in this account: add it at the provider first", zone)
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
func (d dnsWriter) allowed(ctx context.Context, zone, name string, plan func(live []Record) (change, error)) error {
	if denied(d.zones, CreateRecords, UpdateRecords, DeleteRecords) == nil {
		return nil
	}
	live, err := d.zones.RecordsAt(ctx, zone, name)
	if err != nil {
		return err
	}
	c, refusal := plan(live)
	if refusal != nil {
		return nil //nolint:nilerr // the step will refuse by itself, and say why
	}
	return denied(d.zones, c.needs()...)
}
