package dosim

import (
	"maps"
	"net/url"
	"strconv"
	"strings"
)

const (
	defaultPerPage = 20
	maxPerPage     = 200
)

// page answers with the page of items that the request asks for, under key, with links
// and meta. Above 200 per page 200 are given; a page is the number its text begins with,
// and page 1 if that is none or not positive; a page past the end is empty.
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
	return ok(inOrder{
		{key, shown},
		{"links", pageLinks(c.base+c.path, c.query, number, last)},
		{"meta", fields{"total": total}},
	})
}

// pageLinks names the neighbors of a page by absolute address. They keep the request's
// own filters and per_page; the last page has no next, the first no prev, and a single
// page none at all.
func pageLinks(address string, query url.Values, number, last int) inOrder {
	if last <= 1 {
		return inOrder{}
	}
	at := func(n int) string {
		q := maps.Clone(query)
		q.Set("page", strconv.Itoa(n))
		return address + "?" + q.Encode()
	}
	pages := inOrder{}
	if number > 1 {
		pages = append(pages, pair{"first", at(1)}, pair{"prev", at(min(number-1, last))})
	}
	if number < last {
		pages = append(pages, pair{"next", at(number + 1)}, pair{"last", at(last)})
	}
	return inOrder{{"pages", pages}}
}

// positive is the number that text begins with: "3x" is 3.
func positive(text string, otherwise int) int {
	text = strings.TrimPrefix(strings.TrimSpace(text), "+")
	if end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		text = text[:end]
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}
