package digitalocean

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/digitalocean/godo"

	"arcadia/engine"
	"arcadia/steps"
)

// perPage is the most that the service gives at once.
const perPage = 200

// maxPages bounds a list, against a service whose pages never end.
const maxPages = 1000

// page is one page of any list: exactly one of the collections is there. godo's own list calls drop the total of some of
// them and cannot tell an empty list from an answer without one, which here would be taken for "nothing exists".
type page struct {
	Droplets  *[]godo.Droplet      `json:"droplets"`
	Domains   *[]godo.Domain       `json:"domains"`
	Records   *[]godo.DomainRecord `json:"domain_records"`
	Actions   *[]godo.Action       `json:"actions"`
	Snapshots *[]snapshot          `json:"snapshots"`
	Sizes     *[]godo.Size         `json:"sizes"`
	SSHKeys   *[]godo.Key          `json:"ssh_keys"`
	IPs       *[]godo.ReservedIP   `json:"reserved_ips"`
	Firewalls *[]godo.Firewall     `json:"firewalls"`
	Volumes   *[]godo.Volume       `json:"volumes"`

	Links *godo.Links `json:"links"`
	Meta  *godo.Meta  `json:"meta"`
}

// list reads all pages of a list, once for each plan. Things that moved from one page to the next while it read come once. A list that is
// shorter than the service says it is, is read again, and is an error when that does not help.
func list[T any, K comparable](ctx context.Context, c *Client, what, path string, query url.Values, pick func(page) *[]T, key func(T) K) ([]T, error) {
	all, err := engine.AskOnce(ctx, question{c, path + "?" + query.Encode()}, func() ([]T, error) {
		return listNow(ctx, c, what, path, query, pick, key)
	})
	return slices.Clone(all), err
}

func listNow[T any, K comparable](ctx context.Context, c *Client, what, path string, query url.Values, pick func(page) *[]T, key func(T) K) ([]T, error) {
	size := perPage
	for again := 1; ; again++ {
		all, missing, err := pages(ctx, c, what, path, query, size, pick, key)
		switch {
		case errors.Is(err, errTooLong) && size > 1:
			size = max(size/4, 1) // zone files or large droplets: ask for fewer at once
			again--
		case err != nil:
			return nil, err
		case missing == 0:
			return all, nil
		case again == readTries:
			return nil, &steps.CloudError{Class: steps.Retryable, Text: fmt.Sprintf("%s: %d of the things in the list are on none of its pages", what, missing)}
		}
	}
}

// pages reads a list once. missing is how many things the service counts beyond those on the pages.
func pages[T any, K comparable](ctx context.Context, c *Client, what, path string, query url.Values, size int, pick func(page) *[]T, key func(T) K) (all []T, missing int, err error) {
	seen := map[K]bool{}
	for n := 1; n <= maxPages; n++ {
		q := url.Values{"page": {strconv.Itoa(n)}, "per_page": {strconv.Itoa(size)}}
		maps.Copy(q, query)
		var p page
		err := c.read(ctx, what, func(ctx context.Context, api *godo.Client) error {
			p = page{}
			req, err := api.NewRequest(ctx, http.MethodGet, path+"?"+q.Encode(), nil)
			if err != nil {
				return err
			}
			_, err = api.Do(ctx, req, &p)
			if errors.Is(err, errTooLong) {
				return &steps.CloudError{Class: steps.Permanent, Text: what + ": " + errTooLong.Error(), Cause: errTooLong}
			}
			if err == nil && (pick(p) == nil || p.Links == nil) {
				err = garbled("there is no list in it")
			}
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		before := len(all)
		for _, v := range *pick(p) {
			if k := key(v); !seen[k] {
				seen[k] = true
				all = append(all, v)
			}
		}
		if p.Links.IsLastPage() {
			if p.Meta != nil {
				missing = max(0, p.Meta.Total-len(all))
			}
			return all, missing, nil
		}
		if len(all) == before {
			// The service says that there are more, and gives none: it would go on so for ever. Whether something is missing its own count
			// says; where it does not count, this is no end that can be believed.
			if p.Meta == nil {
				return all, 1, nil
			}
			return all, max(0, p.Meta.Total-len(all)), nil
		}
	}
	return nil, 0, &steps.CloudError{Class: steps.Permanent, Text: fmt.Sprintf("%s: the list has more than %d pages", what, maxPages)}
}
