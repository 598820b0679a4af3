package dosim_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps/dosim"
)

// statusOf is the status of godo's error, 0 if it is none of the service's.
func statusOf(err error) int {
	if answered, is := err.(*godo.ErrorResponse); is { //nolint:errorlint // godo returns it bare
		return answered.Response.StatusCode
	}
	return 0
}

func TestGodoKeepsAZone(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, connect func(*testing.T, *dosim.Sim) *godo.Client) {
		ctx := context.Background()
		s := dosim.New(dosim.WithEmptyWorld())
		c := connect(t, s)
		made, _, err := c.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "Example.com", IPAddress: "192.0.2.1"})
		if err != nil || made.Name != "example.com" || made.TTL != 1800 || made.ZoneFile != "" {
			t.Fatalf("created %+v, %v", made, err)
		}
		if _, _, err := c.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "example.com"}); statusOf(err) != http.StatusUnprocessableEntity {
			t.Fatalf("created twice: %v", err)
		}
		if _, _, err := c.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "a.example.com"}); err != nil {
			t.Fatalf("a zone below a zone: %v", err)
		}
		got, _, err := c.Domains.Get(ctx, "EXAMPLE.com")
		if err != nil || got.ZoneFile == "" {
			t.Fatalf("got %+v, %v", got, err)
		}
		records, _, err := c.Domains.Records(ctx, "example.com", &godo.ListOptions{PerPage: 200})
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, r := range records {
			kinds = append(kinds, r.Type+" "+r.Name+" "+r.Data+" "+strconv.Itoa(r.TTL))
		}
		if want := []string{
			"SOA @ 1800 1800", "NS @ ns1.digitalocean.com 1800", "NS @ ns2.digitalocean.com 1800",
			"NS @ ns3.digitalocean.com 1800", "A @ 192.0.2.1 1800",
		}; !slices.Equal(kinds, want) {
			t.Fatalf("a new zone has %q, want %q", kinds, want)
		}
		if _, err := c.Domains.Delete(ctx, "example.com"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Domains.Get(ctx, "example.com"); statusOf(err) != http.StatusNotFound {
			t.Fatalf("a deleted zone is there: %v", err)
		}
		if _, err := c.Domains.Delete(ctx, "example.com"); statusOf(err) != http.StatusNotFound {
			t.Fatalf("deleted twice: %v", err)
		}
		if want := []string{"a.example.com"}; !slices.Equal(s.Domains(), want) {
			t.Fatalf("zones %q, want %q", s.Domains(), want)
		}
	})
}

func TestGodoKeepsARecord(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, connect func(*testing.T, *dosim.Sim) *godo.Client) {
		ctx := context.Background()
		s := emptyZone(t)
		c := connect(t, s)
		made, _, err := c.Domains.CreateRecord(ctx, "example.com", &godo.DomainRecordEditRequest{
			Type: "CNAME", Name: "www.example.com.", Data: "host.example.net.", TTL: 300,
		})
		if err != nil || made.Name != "www" || made.Data != "host.example.net" || made.TTL != 300 || made.ID <= 0 {
			t.Fatalf("created %+v, %v", made, err)
		}
		edited, _, err := c.Domains.EditRecord(ctx, "example.com", made.ID, &godo.DomainRecordEditRequest{
			Type: "CNAME", Name: "www", Data: "other.example.net.",
		})
		if err != nil || edited.ID != made.ID || edited.Data != "other.example.net" || edited.TTL != 300 {
			t.Fatalf("edited to %+v, %v", edited, err)
		}
		_, _, err = c.Domains.EditRecord(ctx, "example.com", made.ID, &godo.DomainRecordEditRequest{TTL: 60})
		if statusOf(err) != http.StatusUnprocessableEntity {
			t.Fatalf("a PUT without data was taken: %v", err)
		}
		found, _, err := c.Domains.RecordsByTypeAndName(ctx, "example.com", "CNAME", "www.example.com", &godo.ListOptions{PerPage: 200})
		if err != nil || len(found) != 1 || found[0] != *edited {
			t.Fatalf("found %+v, %v", found, err)
		}
		if _, err := c.Domains.DeleteRecord(ctx, "example.com", made.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Domains.Record(ctx, "example.com", made.ID); statusOf(err) != http.StatusNotFound {
			t.Fatalf("a deleted record is there: %v", err)
		}
		if _, err := c.Domains.DeleteRecord(ctx, "example.com", made.ID); statusOf(err) != http.StatusNotFound {
			t.Fatalf("deleted twice: %v", err)
		}
	})
}

func TestFieldsThatAreNotOfTheTypeAreNull(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	a := addRecord(t, s, "example.com", `{"type":"A","name":"a","data":"192.0.2.1","priority":0,"port":0,"weight":0,"flags":0}`)
	if a.Priority != nil || a.Port != nil || a.Weight != nil || a.Flags != nil || a.Tag != nil || a.TTL != 1800 {
		t.Errorf("A: %+v", a)
	}
	srv := addRecord(t, s, "example.com", `{"type":"SRV","name":"_s._tcp","data":"h.example.com.","priority":0,"port":0,"weight":0,"flags":0}`)
	if srv.Priority == nil || srv.Port == nil || srv.Weight == nil || srv.Flags != nil {
		t.Errorf("SRV: %+v", srv)
	}
	raw := send(t, s, "GET", "/v2/domains/example.com/records/"+strconv.FormatInt(a.ID, 10), "").body
	want := `{"domain_record":{"id":` + strconv.FormatInt(a.ID, 10) + `,"type":"A","name":"a","data":"192.0.2.1",` +
		`"priority":null,"port":null,"ttl":1800,"weight":null,"flags":null,"tag":null}}`
	if string(raw) != want {
		t.Errorf("raw %s, want %s", raw, want)
	}
}

func TestIdenticalRecordsMultiply(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	one := addRecord(t, s, "example.com", `{"type":"A","name":"a","data":"192.0.2.1"}`)
	two := addRecord(t, s, "example.com", `{"type":"A","name":"a","data":"192.0.2.1"}`)
	if two.ID <= one.ID {
		t.Errorf("ids %d then %d", one.ID, two.ID)
	}
}

func TestWritingOneTTLWritesThatOfItsSet(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	first := addRecord(t, s, "example.com", `{"type":"TXT","name":"t","data":"one"}`)
	addRecord(t, s, "example.com", `{"type":"A","name":"t","data":"192.0.2.1"}`)
	check := func(why string, txt, a int) {
		t.Helper()
		for _, r := range s.Zone("example.com") {
			if want := map[string]int{"TXT": txt, "A": a}[r.Type]; r.Name == "t" && r.TTL != want {
				t.Errorf("%s: %s has ttl %d, want %d", why, r.Type, r.TTL, want)
			}
		}
	}
	check("as made", 1800, 1800)
	addRecord(t, s, "example.com", `{"type":"TXT","name":"t","data":"two","ttl":300}`)
	check("after a POST", 300, 1800)
	target := "/v2/domains/example.com/records/" + strconv.FormatInt(first.ID, 10)
	send(t, s, "PATCH", target, `{"ttl":60}`).want(200, nil)
	check("after a PATCH", 60, 1800)
	send(t, s, "PUT", target, `{"data":"uno","ttl":0}`).want(200, nil)
	check("after a PUT with ttl 0", 60, 1800)
	send(t, s, "PUT", target, `{"ttl":90}`).want(200, nil)
	check("after a PUT", 90, 1800)
}

func TestACNAMEIsRefusedBesideOthersInEitherOrder(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	const text = "CNAME records cannot share a name with other records"
	cname := addRecord(t, s, "example.com", `{"type":"CNAME","name":"c","data":"h.example.net."}`)
	for _, body := range []string{
		`{"type":"A","name":"c","data":"192.0.2.1"}`, `{"type":"CNAME","name":"C","data":"i.example.net."}`,
		`{"type":"CNAME","name":"@","data":"h.example.net."}`,
	} {
		send(t, s, "POST", "/v2/domains/example.com/records", body).refused(422, "unprocessable_entity", text)
	}
	a := addRecord(t, s, "example.com", `{"type":"A","name":"a","data":"192.0.2.1"}`)
	send(t, s, "PUT", "/v2/domains/example.com/records/"+strconv.FormatInt(a.ID, 10), `{"name":"c"}`).
		refused(422, "unprocessable_entity", text)
	send(t, s, "PUT", "/v2/domains/example.com/records/"+strconv.FormatInt(cname.ID, 10), `{"name":"a","data":"h.example.net."}`).
		refused(422, "unprocessable_entity", text)
}

func TestTheSOAIsThereToStay(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	soa := s.Zone("example.com")[0]
	target := "/v2/domains/example.com/records/" + strconv.FormatInt(soa.ID, 10)
	send(t, s, "DELETE", target, "").want(422, nil)
	send(t, s, "PUT", target, `{"ttl":29}`).want(422, nil)
	send(t, s, "PUT", target, `{"ttl":600,"name":"x","data":"y"}`).want(200, nil)
	if got := s.Zone("example.com")[0]; got != (dosim.Record{ID: soa.ID, Type: "SOA", Name: "@", Data: "600", TTL: 600}) {
		t.Errorf("the SOA became %+v", got)
	}
}

func TestARecordOfAnotherZoneIsNotFound(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	s.AddDomain("example.org")
	r := addRecord(t, s, "example.com", `{"type":"A","name":"a","data":"192.0.2.1"}`)
	target := "/v2/domains/example.org/records/" + strconv.FormatInt(r.ID, 10)
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		send(t, s, method, target, "{}").refused(404, "not_found", notFoundText)
	}
}

func TestTheZoneFileIsWrittenAsTheServiceWritesIt(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_780_000_000, 0)
	s := emptyZone(t, dosim.WithClock(func() time.Time { return now }))
	now = now.Add(time.Minute)
	for _, body := range []string{
		`{"type":"A","name":"a","data":"192.0.2.1","ttl":60}`,
		`{"type":"CNAME","name":"c","data":"example.com."}`,
		`{"type":"MX","name":"@","data":"mx.example.net.","priority":10}`,
		`{"type":"TXT","name":"t","data":"a b"}`,
		`{"type":"SRV","name":"_s._tcp","data":"h.example.com.","priority":1,"weight":2,"port":3}`,
		`{"type":"CAA","name":"@","data":"ca.example.","flags":0,"tag":"issue"}`,
	} {
		addRecord(t, s, "example.com", body)
	}
	var out struct {
		Domain struct {
			ZoneFile string `json:"zone_file"`
		}
	}
	send(t, s, "GET", "/v2/domains/example.com", "").want(200, &out)
	want := `$ORIGIN example.com.
$TTL 1800
example.com. IN SOA ns1.digitalocean.com. hostmaster.example.com. 1780000060 10800 3600 604800 1800
example.com. 1800 IN NS ns1.digitalocean.com.
example.com. 1800 IN NS ns2.digitalocean.com.
example.com. 1800 IN NS ns3.digitalocean.com.
a.example.com. 60 IN A 192.0.2.1
c.example.com. 1800 IN CNAME example.com.
example.com. 1800 IN MX 10 mx.example.net.
t.example.com. 1800 IN TXT a b
_s._tcp.example.com. 1800 IN SRV 1 2 3 h.example.com.
example.com. 1800 IN CAA 0 issue ca.example
`
	if out.Domain.ZoneFile != want {
		t.Errorf("zone file\n%s\nwant\n%s", out.Domain.ZoneFile, want)
	}
}

func TestZonesAreRefusedAsTheServiceRefusesThem(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	for body, text := range map[string]string{
		`{"name":""}`:                                    "Name can't be blank",
		`{"name":"zone.test"}`:                           "Name is not a valid domain name",
		`{"name":"EXAMPLE.com"}`:                         "domain 'example.com': name already exists",
		`{"name":"b.example.com","ip_address":""}`:       "Data can't be blank",
		`{"name":"b.example.com","ip_address":"2001::"}`: "IP address did not match IPv4 format (e.g. 127.0.0.1).",
	} {
		send(t, s, "POST", "/v2/domains", body).refused(422, "unprocessable_entity", text)
	}
	send(t, s, "POST", "/v2/domains", `{"name":"b.example.com","ip_address":null}`).want(201, nil)
	if n := len(s.Zone("b.example.com")); n != 4 {
		t.Errorf("a zone without address has %d records", n)
	}
}
