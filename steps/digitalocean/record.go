package digitalocean

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/digitalocean/godo"

	"arcadia/steps"
)

// Domains lists all domains. The answer may be up to 30 s old.
func (c *Client) Domains(ctx context.Context) ([]steps.Domain, error) {
	got, err := c.domains.get(ctx, "", func(ctx context.Context) ([]steps.Domain, error) {
		all, err := list(ctx, c, "list domains", "v2/domains", nil,
			func(p page) *[]godo.Domain { return p.Domains }, func(d godo.Domain) string { return d.Name })
		if err != nil {
			return nil, err
		}
		return each(all, func(d godo.Domain) steps.Domain { return steps.Domain{Name: d.Name, TTL: d.TTL} }), nil
	})
	return slices.Clone(got), err
}

// AllRecords lists the records of a domain. The answer may be up to 30 s old.
func (c *Client) AllRecords(ctx context.Context, domain string) ([]steps.Record, error) {
	if err := segment(domain); err != nil {
		return nil, err
	}
	got, err := c.records.get(ctx, domain, func(ctx context.Context) ([]steps.Record, error) {
		return c.recordList(ctx, "list the records of "+domain, domain, nil)
	})
	return slices.Clone(got), err
}

// RecordsAt lists the records of all types at one relative name, now.
func (c *Client) RecordsAt(ctx context.Context, domain, name string) ([]steps.Record, error) {
	if err := segment(domain); err != nil {
		return nil, err
	}
	full := domain
	if name != "@" {
		full = name + "." + domain
	}
	// The filter takes the full name without its final dot; a relative one matches nothing.
	return c.recordList(ctx, "list the records at "+full, domain, url.Values{"name": {full}})
}

func (c *Client) recordList(ctx context.Context, what, domain string, query url.Values) ([]steps.Record, error) {
	all, err := list(ctx, c, what, "v2/domains/"+domain+"/records", query,
		func(p page) *[]godo.DomainRecord { return p.Records }, func(r godo.DomainRecord) int { return r.ID })
	if err != nil {
		return nil, err
	}
	return each(all, recordOf), nil
}

// CreateRecord writes a new record.
func (c *Client) CreateRecord(ctx context.Context, domain string, r steps.Record) (steps.Record, error) {
	if err := segment(domain); err != nil {
		return steps.Record{}, err
	}
	var got steps.Record
	err := c.write(ctx, fmt.Sprintf("create a %s record in %s", r.Type, domain), func(ctx context.Context, api *godo.Client) error {
		made, _, err := api.Domains.CreateRecord(ctx, domain, edit(r))
		if err != nil {
			return err
		}
		if made == nil || made.ID < 1 || made.Type != r.Type {
			return garbled("it names no such record")
		}
		got = recordOf(*made)
		return nil
	})
	c.records.drop(domain)
	return got, err
}

// UpdateRecord writes all fields of one record.
func (c *Client) UpdateRecord(ctx context.Context, domain string, r steps.Record) (steps.Record, error) {
	if err := segment(domain); err != nil {
		return steps.Record{}, err
	}
	var got steps.Record
	err := c.write(ctx, fmt.Sprintf("update %s record %d in %s", r.Type, r.ID, domain), func(ctx context.Context, api *godo.Client) error {
		made, _, err := api.Domains.EditRecord(ctx, domain, int(r.ID), edit(r))
		if err != nil {
			return err
		}
		if made == nil || int64(made.ID) != r.ID {
			return garbled("it is not about this record")
		}
		got = recordOf(*made)
		return nil
	})
	c.records.drop(domain)
	return got, err
}

// DeleteRecord deletes one record at once.
func (c *Client) DeleteRecord(ctx context.Context, domain string, id int64) error {
	if err := segment(domain); err != nil {
		return err
	}
	err := c.write(ctx, fmt.Sprintf("delete record %d in %s", id, domain), func(ctx context.Context, api *godo.Client) error {
		resp, err := api.Domains.DeleteRecord(ctx, domain, int(id))
		return deleted(resp, err)
	})
	c.records.drop(domain)
	return err
}

// deleted takes only the answer without content for a deletion.
func deleted(resp *godo.Response, err error) error {
	if err == nil && (resp == nil || resp.StatusCode != http.StatusNoContent) {
		return garbled("it is not that of a deletion")
	}
	return err
}

// segment refuses what godo would put unescaped into a path and what is not a domain's name.
func segment(domain string) error {
	bad := strings.ContainsFunc(domain, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	})
	if bad || domain == "" || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, "..") {
		return &steps.CloudError{Class: steps.Permanent, Text: fmt.Sprintf("%.80q is not a domain name in lower case without its final dot", domain)}
	}
	return nil
}

// edit is the full record as it is written. godo leaves out a TTL of 0, which a listed record never has.
func edit(r steps.Record) *godo.DomainRecordEditRequest {
	return &godo.DomainRecordEditRequest{
		Type: r.Type, Name: r.Name, Data: r.Data, Priority: r.Priority, Port: r.Port, TTL: r.TTL, Weight: r.Weight, Flags: r.Flags, Tag: r.Tag,
	}
}

func recordOf(r godo.DomainRecord) steps.Record {
	return steps.Record{
		ID: int64(r.ID), Type: r.Type, Name: r.Name, Data: r.Data, TTL: r.TTL, Priority: r.Priority, Port: r.Port, Weight: r.Weight, Flags: r.Flags, Tag: r.Tag,
	}
}
