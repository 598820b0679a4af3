package dosim_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"arcadia/steps/dosim"
)

const notFoundText = "The resource you were accessing could not be found."

func TestWithoutABearerEverythingIsUnauthorized(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	for _, target := range []string{"/v2/account", "/v2/domains", "/v2/nothing/at/all"} {
		sendAs(t, s, "", "GET", target, "").refused(401, "unauthorized", "Unable to authenticate you.")
	}
}

func TestUnknownPathsAndMethodsAreNotFound(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	for _, request := range []string{
		"GET /v2/nothing", "GET /v3/account", "PUT /v2/domains",
		"GET /v2/domains/example.com./records", "GET /v2/domains/absent.example.com", "GET /v2/droplets/0",
		"GET /v2/droplets/web-01", "GET /v2/actions/99999999999999999999", "DELETE /v2/snapshots/1",
		"GET /v2/snapshots/1d6a3b2e-aaaa-4bbb-8ccc-0123456789ab",
	} {
		method, target, _ := strings.Cut(request, " ")
		send(t, s, method, target, "").refused(404, "not_found", notFoundText)
	}
}

func TestMalformedJSONIsABadRequest(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	for _, body := range []string{"", "{", `{"type":[]}`, `{"type":"A"} {}`, `"text"`, "[]", `{"ttl":1.5}`} {
		send(t, s, "POST", "/v2/domains/example.com/records", body).refused(400, "bad_request", "error parsing request body")
	}
}

func TestUnknownFieldsAndQueriesAreIgnored(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	addRecord(t, s, "example.com", `{"type":"A","name":"a","data":"192.0.2.1","color":"red"}`+"\n")
	send(t, s, "GET", "/v2/domains?color=red", "{}").want(200, nil)
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	t.Parallel()
	s := dosim.New(dosim.WithClock(func() time.Time { return time.Unix(1_780_000_000, 0) }))
	ids := map[string]bool{}
	for i, request := range []string{"GET /v2/account", "GET /v2/nothing", "DELETE /v2/domains/example.org"} {
		method, target, _ := strings.Cut(request, " ")
		a := send(t, s, method, target, "")
		if id := a.header.Get("x-request-id"); len(id) != 36 || ids[id] {
			t.Errorf("%s: request id %q", request, id)
		} else {
			ids[id] = true
		}
		for name, want := range map[string]string{
			"ratelimit-limit": "5000", "ratelimit-remaining": strconv.Itoa(4999 - i), "ratelimit-reset": "1780003600",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", request, name, got, want)
			}
		}
		kind := "application/json; charset=utf-8"
		if a.status == 204 {
			kind = ""
		}
		if got := a.header.Get("content-type"); got != kind {
			t.Errorf("%s: content-type %q, want %q", request, got, kind)
		}
		if a.status == 204 && (len(a.body) > 0 || a.header.Get("cache-control") != "no-cache") {
			t.Errorf("%s: 204 with body %q, cache-control %q", request, a.body, a.header.Get("cache-control"))
		}
	}
}

func TestListsHaveLinksAndMetaAlways(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	type list struct {
		Records []record `json:"domain_records"`
		Links   *struct {
			Pages map[string]string `json:"pages"`
		} `json:"links"`
		Meta *struct{ Total int } `json:"meta"`
	}
	get := func(query string) list {
		var l list
		a := send(t, s, "GET", "/v2/domains/example.net/records"+query, "").want(200, &l)
		if l.Links == nil || l.Meta == nil || l.Records == nil {
			t.Fatalf("%s: %s", query, a.body)
		}
		return l
	}
	base := "https://sim.example/v2/domains/example.net/records?"
	for _, tt := range []struct {
		query   string
		records int
		total   int
		links   map[string]string
	}{
		{"", 20, 244, map[string]string{"next": base + "page=2", "last": base + "page=13"}},
		{"?page=2", 20, 244, map[string]string{
			"first": base + "page=1", "prev": base + "page=1", "next": base + "page=3", "last": base + "page=13",
		}},
		{"?page=13", 4, 244, map[string]string{"first": base + "page=1", "prev": base + "page=12"}},
		{"?per_page=200", 200, 244, map[string]string{"next": base + "page=2&per_page=200", "last": base + "page=2&per_page=200"}},
		{"?per_page=500", 200, 244, map[string]string{"next": base + "page=2&per_page=500", "last": base + "page=2&per_page=500"}},
		{"?type=NS", 3, 3, nil},
		{"?name=NODE-001.example.net", 1, 1, nil},
		{"?name=node-001.example.net&type=TXT", 0, 0, nil},
		{"?name=node-001", 0, 0, nil},
		{"?name=example.net", 4, 4, nil},
		{"?type=A&per_page=120&page=2", 120, 240, map[string]string{
			"first": base + "page=1&per_page=120&type=A", "prev": base + "page=1&per_page=120&type=A",
		}},
		{"?page=0&per_page=x", 20, 244, map[string]string{
			"next": base + "page=2&per_page=x", "last": base + "page=13&per_page=x",
		}},
		{"?page=99", 0, 244, map[string]string{"first": base + "page=1", "prev": base + "page=13"}},
		{"?page=9223372036854775807", 0, 244, map[string]string{"first": base + "page=1", "prev": base + "page=13"}},
	} {
		l := get(tt.query)
		if len(l.Records) != tt.records || l.Meta.Total != tt.total {
			t.Errorf("%s: %d of %d records, want %d of %d", tt.query, len(l.Records), l.Meta.Total, tt.records, tt.total)
		}
		if len(l.Links.Pages) != len(tt.links) {
			t.Errorf("%s: links %v, want %v", tt.query, l.Links.Pages, tt.links)
		}
		for rel, want := range tt.links {
			if got := l.Links.Pages[rel]; got != want {
				t.Errorf("%s: %s is %s, want %s", tt.query, rel, got, want)
			}
		}
	}
	if a := send(t, s, "GET", "/v2/domains", "").want(200, nil); !bytes.Contains(a.body, []byte(`"links":{}`)) {
		t.Errorf("a single page has no empty links: %s", a.body)
	}
}

func TestLinksNameTheHostOfTheRequest(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(dosim.New())
	defer srv.Close()
	a := sendVia(t, srv, "GET", "/v2/domains/example.net/records")
	if want := []byte(`"next":"` + srv.URL + "/v2/domains/example.net/records?page=2"); !bytes.Contains(a.body, want) {
		t.Errorf("%s has no %s", a.body, want)
	}
}

func TestTheBurstLimitIsRealAndPassesWithTime(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_780_000_000, 0)
	s := dosim.New(dosim.WithClock(func() time.Time { return now }), dosim.WithRateLimit(2, 3))
	for range 2 {
		send(t, s, "GET", "/v2/account", "").want(200, nil)
	}
	a := send(t, s, "GET", "/v2/account", "")
	a.refused(429, "too_many_requests", "Too many requests")
	if a.header.Get("retry-after") != "60" || a.header.Get("ratelimit-remaining") != "0" {
		t.Errorf("burst: retry-after %q, remaining %q", a.header.Get("retry-after"), a.header.Get("ratelimit-remaining"))
	}
	now = now.Add(time.Minute)
	send(t, s, "GET", "/v2/account", "").want(200, nil)
	now = now.Add(time.Minute)
	a = send(t, s, "GET", "/v2/account", "")
	a.refused(429, "too_many_requests", "API Rate limit exceeded.")
	if a.header.Get("retry-after") != "" {
		t.Errorf("hourly: retry-after %q", a.header.Get("retry-after"))
	}
	sendAs(t, s, "another", "GET", "/v2/account", "").want(200, nil)
}

func TestWithoutLimitsNothingIsRefused(t *testing.T) {
	t.Parallel()
	s := dosim.New(dosim.WithRateLimit(0, 0))
	for range 300 {
		if a := send(t, s, "GET", "/v2/account", "").want(200, nil); a.header.Get("ratelimit-limit") != "5000" {
			t.Fatal("no rate-limit header")
		}
	}
}

func TestTheListOfKeysHasItsOwnLimit(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	for range 10 {
		if a := send(t, s, "GET", "/v2/account/keys", "").want(200, nil); a.header.Get("ratelimit-limit") != "10" {
			t.Fatalf("limit %q", a.header.Get("ratelimit-limit"))
		}
	}
	send(t, s, "GET", "/v2/account/keys", "").want(429, nil)
	send(t, s, "GET", "/v2/account", "").want(200, nil)
}

func TestATokenMayOnlyWhatItsScopesSay(t *testing.T) {
	t.Parallel()
	s := dosim.New(dosim.WithScopes("reader", "domain:read", "droplet:read", "droplet:update", "domain:update"))
	droplet := strconv.FormatInt(s.Droplets()[0].ID, 10)
	sendAs(t, s, "reader", "GET", "/v2/domains", "").want(200, nil)
	sendAs(t, s, "reader", "POST", "/v2/domains/example.org/records", `{"type":"A","name":"s","data":"192.0.2.1"}`).want(201, nil)
	for _, tt := range []struct{ method, target, body string }{
		{"POST", "/v2/domains", `{"name":"new.example.com"}`},
		{"DELETE", "/v2/domains/example.org", ""},
		{"GET", "/v2/snapshots", ""},
		{"GET", "/v2/droplets?tag_name=web", ""},
		{"POST", "/v2/droplets/" + droplet + "/actions", `{"type":"snapshot","name":"s"}`},
		{"POST", "/v2/droplets/" + droplet + "/actions", `{"type":"resize","size":"c-4"}`},
		{"POST", "/v2/droplets/" + droplet + "/actions", `{"type":"password_reset"}`},
	} {
		sendAs(t, s, "reader", tt.method, tt.target, tt.body).
			refused(403, "Forbidden", "You are not authorized to perform this operation")
	}
	sendAs(t, s, "reader", "POST", "/v2/droplets/"+droplet+"/actions", `{"type":"reboot"}`).want(201, nil)
	sendAs(t, s, "other", "GET", "/v2/snapshots", "").want(200, nil)
}

func TestSameSeedSameClockSameAnswers(t *testing.T) {
	t.Parallel()
	world := func(seed int64) string {
		now := time.Unix(1_780_000_000, 0)
		s := dosim.New(dosim.WithSeed(seed), dosim.WithClock(func() time.Time { return now }))
		droplet := strconv.FormatInt(s.Droplets()[0].ID, 10)
		var all strings.Builder
		for _, request := range []string{
			"GET /v2/account/keys", "GET /v2/domains/example.com/records", "GET /v2/droplets", "GET /v2/snapshots", "GET /v2/actions",
			"GET /v2/reserved_ips", `POST /v2/domains/example.com/records {"type":"A","name":"n","data":"192.0.2.1"}`,
			"POST /v2/droplets/" + droplet + `/actions {"type":"snapshot","name":"n"}`,
			`POST /v2/droplets {"name":"n","size":"c-4","image":"debian-12-x64"}`, "GET /v2/droplets", "GET /v2/snapshots", "GET /v2/none",
		} {
			parts := strings.SplitN(request, " ", 3)
			body := ""
			if len(parts) == 3 {
				body = parts[2]
			}
			a := send(t, s, parts[0], parts[1], body)
			header, err := json.Marshal(a.header)
			if err != nil {
				t.Fatal(err)
			}
			all.WriteString(strconv.Itoa(a.status) + string(header) + string(a.body) + "\n")
			now = now.Add(4 * time.Second)
		}
		return all.String()
	}
	if a, b := world(7), world(7); a != b {
		t.Errorf("seed 7 gave\n%s\nthen\n%s", a, b)
	}
	if world(7) == world(8) {
		t.Error("seeds 7 and 8 gave the same answers")
	}
}

func TestTheSeededWorldHasOneOfEach(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	if n := len(s.Domains()); n < 3 {
		t.Errorf("%d zones", n)
	}
	if n := len(s.Zone("example.net")); n <= 200 {
		t.Errorf("%d records in the long zone", n)
	}
	var off, busy int
	for _, d := range s.Droplets() {
		if d.Status == "off" {
			off++
		}
		if d.Busy {
			busy++
		}
	}
	if len(s.Droplets()) < 6 || off == 0 || busy == 0 || len(s.Volumes()) == 0 {
		t.Errorf("%d droplets, %d off, %d busy", len(s.Droplets()), off, busy)
	}
	var backups, wide int
	for _, m := range s.Snapshots() {
		if m.Type == "backup" {
			backups++
		}
		if len(m.Regions) == 2 {
			wide++
		}
		if m.ID < 200_000_000 || m.SizeGigabytes <= 0 || m.CreatedAt.After(time.Now()) {
			t.Errorf("snapshot %+v", m)
		}
	}
	if backups == 0 || wide == 0 {
		t.Errorf("%d backups, %d snapshots in two regions", backups, wide)
	}
	empty := dosim.New(dosim.WithEmptyWorld())
	if len(empty.Domains())+len(empty.Droplets())+len(empty.Snapshots())+len(empty.Actions()) > 0 {
		t.Error("the empty world is not")
	}
}
