package dosim

import (
	"maps"
	"net/url"
	"strconv"
)

const (
	defaultPerPage = 20
	maxPerPage     = 200
)

// page answers with the page of items that the request asks for, under key, with links
// and meta. Above 200 per page 200 are given; a page that is no positive number is page
// 1; a page past the end is empty (the last two were never recorded).
func page[T any](c *call, key string, items []T) reply {
	number := positive(c.query.Get("page"), 1)
	size := min(positive(c.query.Get("per_page"), defaultPerPage), maxPerPage)
	total := len(items)
	last := max(1, (total+size-1)/size)
	shown := []T{}
	if number <= last {
		start := (number - 1) * size
		shown = items[start:min(start+size, total)]
	}
	if shown == nil {
		shown = []T{}
	}
	return ok(fields{
		key:     shown,
		"links": pageLinks(c.base+c.path, c.query, number, last),
		"meta":  fields{"total": total},
	})
}

// pageLinks names the neighbours of a page by absolute address. They keep the request's
// own filters and per_page; the last page has no next, the first no prev, and a single
// page none at all.
func pageLinks(address string, query url.Values, number, last int) fields {
	if last <= 1 {
		return fields{}
	}
	at := func(n int) string {
		q := maps.Clone(query)
		q.Set("page", strconv.Itoa(n))
		return address + "?" + q.Encode()
	}
	pages := fields{}
	if number > 1 {
		pages["first"] = at(1)
		pages["prev"] = at(min(number-1, last))
	}
	if number < last {
		pages["next"] = at(number + 1)
		pages["last"] = at(last)
	}
	return fields{"pages": pages}
}

func positive(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}
