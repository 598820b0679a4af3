package digitalocean_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/steps"
	"arcadia/steps/dosim"
)

func TestAllPagesAreRead(t *testing.T) {
	t.Parallel()
	sim := dosim.New()
	c := client(t, sim)
	got, err := c.AllRecords(t.Context(), "example.net")
	if err != nil || len(got) != len(sim.Zone("example.net")) || len(got) < 240 {
		t.Fatalf("%d records, %v", len(got), err)
	}
	if n := len(sim.Requests()); n != 2 {
		t.Errorf("%d requests for %d records", n, len(got))
	}
	for _, q := range sim.Requests() {
		if !strings.Contains(q.Query, "per_page=200") {
			t.Errorf("query %s", q.Query)
		}
	}
}

// pagesOf serves record pages; next says whether there are more.
func pagesOf(total int, pages ...[]int) tripper {
	return func(r *http.Request) (*http.Response, error) {
		n, _ := strconv.Atoi(r.URL.Query().Get("page"))
		var items []string
		for _, id := range pages[n-1] {
			items = append(items, fmt.Sprintf(`{"id":%d,"type":"A","name":"x","data":"192.0.2.1","ttl":60}`, id))
		}
		links := "{}"
		if n < len(pages) {
			links = fmt.Sprintf(`{"pages":{"next":"https://api.digitalocean.com/v2/x?page=%d","last":"https://api.digitalocean.com/v2/x?page=%d"}}`, n+1, len(pages))
		}
		return says(200, fmt.Sprintf(`{"domain_records":[%s],"links":%s,"meta":{"total":%d}}`, strings.Join(items, ","), links, total))(r)
	}
}

func TestOverlappingPagesCountOnce(t *testing.T) {
	t.Parallel()
	got, err := client(t, pagesOf(4, []int{1, 2, 3}, []int{3, 4})).RecordsAt(t.Context(), "example.com", "x")
	if err != nil || len(got) != 4 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAListWithAHoleIsNotTakenForTheWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got, err := client(t, pagesOf(6, []int{1, 2, 3}, []int{5, 6})).RecordsAt(t.Context(), "example.com", "x")
		if err == nil || classOf(t, err).Class != steps.Retryable {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// A service that says there are more pages and repeats what it gave is not asked for ever, and what it counts decides whether the list is whole.
func TestAPageThatBringsNothingNewEndsTheList(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		total int
		whole bool
	}{"all are there": {3, true}, "one is missing": {4, false}} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			endless := pagesOf(c.total, [][]int{{1, 2, 3}, {1, 2, 3}, {}, {}}...)
			api := func(r *http.Request) (*http.Response, error) {
				asked++
				if n, _ := strconv.Atoi(r.URL.Query().Get("page")); n > 3 {
					t.Errorf("%s: page %d is asked for", name, n)
				}
				return endless(r)
			}
			got, err := client(t, tripper(api)).RecordsAt(t.Context(), "example.com", "x")
			if c.whole && (err != nil || len(got) != 3 || asked != 2) {
				t.Errorf("%s: %d records of %d requests, %v", name, len(got), asked, err)
			}
			if !c.whole && (err == nil || classOf(t, err).Class != steps.Retryable) {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		})
	}
}

// An answer without a list must never be read as "there is nothing": a step would write a second one.
func TestAnAnswerWithoutAListIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `null`, `{"links":{},"meta":{"total":0}}`, `{"domain_records":null,"links":{},"meta":{"total":0}}`, `{"domain_records":[]}`, `{"droplets":[],"links":{},"meta":{"total":0}}`} {
		synctest.Test(t, func(t *testing.T) {
			got, err := client(t, says(200, body)).RecordsAt(t.Context(), "example.com", "x")
			if err == nil || classOf(t, err).Class != steps.Retryable {
				t.Errorf("%s: %v, %v", body, got, err)
			}
		})
	}
}

func TestPagesThatAreTooLongAreAskedForInSmallerOnes(t *testing.T) {
	t.Parallel()
	zone := strings.Repeat("x", 20<<10)
	c := client(t, tripper(func(r *http.Request) (*http.Response, error) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
		var items []string
		for i := (page - 1) * size; i < min(page*size, 120); i++ {
			items = append(items, fmt.Sprintf(`{"name":"d%d.example.com","ttl":1800,"zone_file":%q}`, i, zone))
		}
		links := "{}"
		if page*size < 120 {
			links = `{"pages":{"next":"https://api.digitalocean.com/v2/domains?page=` + strconv.Itoa(page+1) + `"}}`
		}
		return says(200, fmt.Sprintf(`{"domains":[%s],"links":%s,"meta":{"total":120}}`, strings.Join(items, ","), links))(r)
	}))
	got, err := c.Domains(t.Context())
	if err != nil || len(got) != 120 {
		t.Errorf("%d domains, %v", len(got), err)
	}
}

func TestListsForFormsAreKeptHalfAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := dosim.New()
		c := client(t, sim)
		read := func() {
			for range 3 {
				if _, err := c.Droplets(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := c.Domains(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := c.AllRecords(t.Context(), "example.org"); err != nil {
					t.Fatal(err)
				}
			}
		}
		read()
		if n := len(sim.Requests()); n != 3 {
			t.Errorf("%d requests", n)
		}
		time.Sleep(30 * time.Second)
		read()
		if n := len(sim.Requests()); n != 6 {
			t.Errorf("%d requests after half a minute", n)
		}
		if _, err := c.CreateRecord(t.Context(), "example.org", steps.Record{Type: "A", Name: "n", Data: "192.0.2.1", TTL: 60}); err != nil {
			t.Fatal(err)
		}
		got, err := c.AllRecords(t.Context(), "example.org")
		if err != nil || got[len(got)-1].Name != "n" {
			t.Errorf("a record that was just written is not in the list: %v %v", got, err)
		}
	})
}

func TestSnapshotsHaveNumbersWhateverTheirListWrites(t *testing.T) {
	t.Parallel()
	sim := dosim.New()
	c := client(t, sim)
	all, err := c.AllSnapshots(t.Context())
	if err != nil || len(all) < 4 {
		t.Fatalf("%v, %v", all, err)
	}
	droplets, err := c.Droplets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, d := range droplets {
		list, err := c.DropletSnapshots(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			one, err := c.Snapshot(t.Context(), s.ID)
			if err != nil || one.ID != s.ID || one.Name != s.Name || one.Droplet != d.ID || !one.Created.Equal(s.Created) || s.Created.IsZero() {
				t.Errorf("%+v and %+v, %v", s, one, err)
			}
			if strings.Contains(s.Name, "backup") {
				t.Errorf("backup %q among the snapshots", s.Name)
			}
			found++
		}
	}
	if found != 4 {
		t.Errorf("%d snapshots under droplets", found)
	}
}
