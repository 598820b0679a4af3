package dosim_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"arcadia/steps/dosim"
)

func TestASlashAtTheEndOfAPathIsNoPartOfIt(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	web := "/v2/droplets/" + strconv.FormatInt(s.Droplets()[0].ID, 10)
	for _, request := range []string{
		"GET /v2/account/", "GET /v2/domains/", "GET /v2/domains/example.com/records/", "GET " + web + "/", "GET " + web + "/snapshots//",
		"GET /v2/firewalls/", "GET /_sim/faults/",
	} {
		method, target, _ := strings.Cut(request, " ")
		send(t, s, method, target, "").want(200, nil)
	}
	send(t, s, "POST", "/v2/tags/", `{"name":"t"}`).want(201, nil)
	send(t, s, "DELETE", "/v2/tags/t/", "").want(204, nil)
	var out struct {
		Links struct{ Pages struct{ Next string } }
	}
	send(t, s, "GET", "/v2/domains/example.net/records/?per_page=100", "").want(200, &out)
	if !strings.HasPrefix(out.Links.Pages.Next, "https://sim.example/v2/domains/example.net/records?") {
		t.Errorf("next %s", out.Links.Pages.Next)
	}
	s.Inject(dosim.Fault{Kind: dosim.FaultUnavailable, Path: "/v2/account"})
	send(t, s, "GET", "/v2/account/", "").want(503, nil)
}

func TestTextIsReadWhereANumberOrABooleanIsMeant(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	r := addRecord(t, s, "example.com", `{"type":"SRV","name":"_a._tcp","data":"h.example.net.","priority":"1","port":" 2 ","weight":3.0,"ttl":"300"}`)
	if r.TTL != 300 || *r.Priority != 1 || *r.Port != 2 || *r.Weight != 3 {
		t.Errorf("kept %+v", r)
	}
	if r = addRecord(t, s, "example.com", `{"type":"TXT","name":"n","data":12}`); r.Data != "12" {
		t.Errorf("a number as text: %+v", r)
	}
	send(t, s, "POST", "/v2/domains/example.com/records", `{"type":"MX","name":"n","data":"h.example.net.","priority":"high"}`).
		refused(422, "unprocessable_entity", "Priority is not a number and Priority Priority must be an integer between 0 and 65535")

	now := time.Unix(1_780_000_000, 0)
	s = dosim.New(dosim.WithClock(func() time.Time { return now }))
	off := s.Droplets()[4]
	act := func(body string, status int) {
		t.Helper()
		send(t, s, "POST", "/v2/droplets/"+strconv.FormatInt(off.ID, 10)+"/actions", body).want(status, nil)
		now = now.Add(time.Minute)
	}
	act(`{"type":"resize","size":"s-2vcpu-4gb","disk":"false"}`, 201)
	act(`{"type":"resize","size":"s-2vcpu-2gb","disk":"true"}`, 201)
	act(`{"type":"resize","size":"s-1vcpu-2gb"}`, 422) // only the last one has taken the disk along
	send(t, s, "POST", "/v2/reserved_ips", `{"droplet_id":"`+strconv.FormatInt(off.ID, 10)+`"}`).want(202, nil)
	var out struct{ Droplet struct{ Features []string } }
	send(t, s, "POST", "/v2/droplets", `{"name":"a","size":"c-4","image":"160000000","ipv6":"1","monitoring":"no"}`).want(202, &out)
	if got := strings.Join(out.Droplet.Features, " "); got != "droplet_agent ipv6" {
		t.Errorf("features %s", got)
	}
}

func TestKeysOfJSONAreExact(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	send(t, s, "POST", "/v2/domains/example.com/records", `{"TYPE":"A","name":"a","data":"192.0.2.1"}`).want(422, nil)
	if r := addRecord(t, s, "example.com", `{"type":"A","name":"a","data":"192.0.2.1","TTL":60,"Data":"192.0.2.2"}`); r.TTL != 1800 || r.Data != "192.0.2.1" {
		t.Errorf("kept %+v", r)
	}
	send(t, s, "POST", "/v2/domains", `{"Name":"b.example.com"}`).want(422, nil)
	send(t, s, "POST", "/v2/firewalls", `{"name":"f","inbound_rules":[{"Protocol":"tcp","ports":"22","sources":{"addresses":["0.0.0.0/0"]}}]}`).want(422, nil)
}

func TestAPageIsTheNumberItsTextBeginsWith(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	first := func(query string) int64 {
		t.Helper()
		var out struct {
			Records []record `json:"domain_records"`
		}
		send(t, s, "GET", "/v2/domains/example.net/records?"+query, "").want(200, &out)
		if len(out.Records) == 0 {
			return 0
		}
		return out.Records[0].ID
	}
	for query, same := range map[string]string{
		"page=3x": "page=3", "page=3.9": "page=3", "page=x3": "page=1", "page=-3": "page=1", "page=+2": "page=2", "page=0": "page=1",
		"per_page=5x&page=2": "per_page=5&page=2", "per_page=x&page=2": "per_page=20&page=2", "page=": "page=1",
	} {
		if got, want := first(query), first(same); got != want || got == 0 {
			t.Errorf("%s begins with %d, %s with %d", query, got, same, want)
		}
	}
}

func TestAMiddlePageKeepsTheRecordedOrderOfItsKeys(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	for target, collection := range map[string]string{
		"/v2/domains/example.net/records?page=2": "domain_records", "/v2/snapshots?per_page=1&page=2": "snapshots",
		"/v2/volumes": "volumes", "/v2/account/keys": "ssh_keys",
	} {
		body := string(send(t, s, "GET", target, "").want(200, nil).body)
		inOrder(t, target, body, `{"`+collection+`":[`, `],"links":{`, `},"meta":{"total":`)
		if strings.Contains(target, "page=2") {
			inOrder(t, target, body, `"pages":{"first":"`, `","prev":"`, `","next":"`, `","last":"`)
		}
	}
}

func inOrder(t *testing.T, what, body string, parts ...string) {
	t.Helper()
	at := 0
	for _, part := range parts {
		i := strings.Index(body[at:], part)
		if i < 0 {
			t.Errorf("%s: no %s after byte %d of %.300s", what, part, at, body)
			return
		}
		at += i + len(part)
	}
}

func TestABodyOverFourMebibytesIsTooLarge(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	large := `{"type":"TXT","name":"a","data":"` + strings.Repeat("x", 4<<20) + `"}`
	send(t, s, "POST", "/v2/domains/example.com/records", large).want(413, nil)
	send(t, s, "POST", "/v2/nothing", large).want(413, nil)
	send(t, s, "POST", "/v2/domains/example.com/records", large[:100]+`"}`).want(201, nil)
	srv := httptest.NewServer(s)
	defer srv.Close()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, srv.URL+"/v2/anything", strings.NewReader(large))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("over a socket %d", resp.StatusCode)
	}
}

func TestHEADIsGETWithoutItsBody(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	srv := httptest.NewServer(s)
	defer srv.Close()
	for _, target := range []string{"/v2/account", "/v2/domains/example.com", "/v2/firewalls", "/v2/droplets/1"} {
		got, head := send(t, s, "GET", target, ""), send(t, s, "HEAD", target, "")
		if head.status != got.status || len(head.body) > 0 || head.header.Get("content-type") != got.header.Get("content-type") {
			t.Errorf("%s: HEAD answers %d %s %q, GET %d", target, head.status, head.header, head.body, got.status)
		}
		req, err := http.NewRequestWithContext(context.Background(), http.MethodHead, srv.URL+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.StatusCode != got.status || resp.ContentLength != int64(len(got.body)) {
			t.Errorf("%s over a socket: %d, %d bytes; want %d, %d", target, resp.StatusCode, resp.ContentLength, got.status, len(got.body))
		}
	}
	if n := s.Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

func TestImpossibleNamesAndTargetsAreRefused(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	long := strings.Repeat("a", 64)
	far := strings.Repeat(strings.Repeat("a", 50)+".", 5)
	for _, name := range []string{" ", "a..b", ".a", long, far + "a", "bücher", "a b", "bad!", "a.*", "**", "x@y"} {
		body, _ := json.Marshal(map[string]string{"type": "A", "name": name, "data": "192.0.2.1"})
		if a := send(t, s, "POST", "/v2/domains/example.com/records", string(body)); a.status != 422 {
			t.Errorf("the name %q: %d %s", name, a.status, a.body)
		}
	}
	for _, data := range []string{" ", ".", "a..b.", long + ".", far + "aaaa.", "bücher.de.", "bad host!.", "-a.example.", "a_b-.example."} {
		for _, kind := range []string{"CNAME", "MX", "NS", "SRV", "CAA"} {
			body, _ := json.Marshal(map[string]any{
				"type": kind, "name": "x", "data": data, "priority": 1, "port": 1, "weight": 1, "flags": 0, "tag": "issue",
			})
			want := 422
			if kind == "SRV" && data == "." { // there is no such service: a form that the service takes
				want = 201
			}
			if a := send(t, s, "POST", "/v2/domains/example.com/records", string(body)); a.status != want {
				t.Errorf("%s to %q: %d %s", kind, data, a.status, a.body)
			}
		}
	}
	for _, name := range []string{"*", "*.a", "_dmarc", "_sip._tcp", "a-b.c", "0/25", "x--y", strings.Repeat("a", 63)} {
		addRecord(t, s, "example.com", `{"type":"A","name":"`+name+`","data":"192.0.2.1"}`)
	}
}

func TestSRVKeepsTheRootAsItsTarget(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	r := addRecord(t, s, "example.com", `{"type":"SRV","name":"_a._tcp","data":".","priority":0,"port":0,"weight":0}`)
	if r.Data != "." {
		t.Errorf("kept %+v", r)
	}
	for _, method := range []string{"PATCH", "PUT"} {
		send(t, s, method, at(r.ID), `{"ttl":60,"data":"."}`).want(200, nil)
	}
	send(t, s, "PATCH", at(r.ID), `{"ttl":90}`).want(200, nil)
	send(t, s, "POST", "/v2/domains/example.com/records", `{"type":"MX","name":"m","data":".","priority":0}`).want(422, nil)
}

func TestComplaintsAreJoinedAsRecorded(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	send(t, s, "POST", "/v2/domains/example.com/records", `{"type":"CAA","name":"a","data":"ca.example."}`).refused(422, "unprocessable_entity",
		"Flags is not a number, Flags must be an integer between 0 and 255, and Tag must be issue, issuewild, or iodef")
	send(t, s, "POST", "/v2/domains/example.com/records", `{"type":"CAA","name":"a","data":"ca.example.","flags":0,"tag":"x"}`).
		refused(422, "unprocessable_entity", "Tag must be issue, issuewild, or iodef")
	var body struct {
		Error  string   `json:"error"`
		Causes []string `json:"root_causes"`
	}
	send(t, s, "POST", "/v2/tags", `{"name":"has space"}`).want(400, &body)
	const text = `Error validating resource tag: "tag-name \"has space\" contains invalid characters"`
	if body.Error != text || len(body.Causes) != 1 || body.Causes[0] != "rpc error: code = InvalidArgument desc = "+text {
		t.Errorf("a bad tag: %+v", body)
	}
}

func TestLinksFollowThePublicAddress(t *testing.T) {
	t.Parallel()
	next := func(s *dosim.Sim, header http.Header) string {
		t.Helper()
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "http://inside:8080/v2/domains/example.net/records", nil)
		r.Header = header
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		var out struct {
			Links struct{ Pages struct{ Next string } }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		address, _, _ := strings.Cut(out.Links.Pages.Next, "/v2/")
		return address
	}
	for said, want := range map[string]string{
		"": "http://inside:8080", "https": "https://inside:8080", "HTTPS, http": "https://inside:8080", "gopher": "http://inside:8080",
	} {
		if got := next(dosim.New(), http.Header{"X-Forwarded-Proto": {said}}); got != want {
			t.Errorf("X-Forwarded-Proto %q: links begin with %s, want %s", said, got, want)
		}
	}
	s := dosim.New(dosim.WithPublicURL("https://api.example.com/"))
	if got := next(s, http.Header{"X-Forwarded-Proto": {"http"}}); got != "https://api.example.com" {
		t.Errorf("with a public address links begin with %s", got)
	}
}

func TestADeletedDropletLosesItsTagsAtOnce(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_780_000_000, 0)
	s := dosim.New(dosim.WithClock(func() time.Time { return now }), dosim.WithDeleteWindow(11*time.Second))
	web := "/v2/droplets/" + strconv.FormatInt(s.Droplets()[0].ID, 10)
	send(t, s, "DELETE", web, "").want(204, nil)
	now = now.Add(10 * time.Second)
	var out struct{ Droplet struct{ Tags []string } }
	send(t, s, "GET", web, "").want(200, &out)
	if len(out.Droplet.Tags) > 0 {
		t.Errorf("tags %v", out.Droplet.Tags)
	}
	if body := send(t, s, "GET", "/v2/droplets?tag_name=web", "").want(200, nil).body; strings.Contains(string(body), `"web-01"`) {
		t.Error("it is listed under its tag")
	}
	now = now.Add(time.Second)
	send(t, s, "GET", web, "").want(404, nil)
}

func TestTheOrderOfNetworksVaries(t *testing.T) {
	t.Parallel()
	orders := map[string]bool{}
	for seed := range int64(3) {
		s := dosim.New(dosim.WithSeed(seed))
		for _, d := range s.Droplets() {
			var out struct {
				Droplet struct {
					Networks struct{ V4 []struct{ Type string } }
					Subnet   string `json:"subnet_uuid"`
				}
			}
			send(t, s, "GET", "/v2/droplets/"+strconv.FormatInt(d.ID, 10), "").want(200, &out)
			if v4 := out.Droplet.Networks.V4; len(v4) != 2 || out.Droplet.Subnet == "" {
				t.Errorf("%+v", out)
			} else {
				orders[v4[0].Type+" "+v4[1].Type] = true
			}
		}
	}
	if len(orders) != 2 {
		t.Errorf("orders %v", orders)
	}
}

func TestTheAccountFollowsFromTheSeed(t *testing.T) {
	t.Parallel()
	account := func(seed int64) (uuid, team string) {
		var out struct {
			Account struct {
				UUID string
				Team struct{ UUID, Name string }
			}
		}
		send(t, dosim.New(dosim.WithSeed(seed)), "GET", "/v2/account", "").want(200, &out)
		if len(out.Account.UUID) != 40 || out.Account.Team.Name == "" {
			t.Errorf("%+v", out)
		}
		return out.Account.UUID, out.Account.Team.UUID
	}
	one, team := account(1)
	again, same := account(1)
	two, other := account(2)
	if one != again || team != same || one == two || team == other {
		t.Errorf("%s %s, %s %s, %s %s", one, team, again, same, two, other)
	}
}
