package dosim_test

import (
	"strconv"
	"testing"

	"arcadia/steps/dosim"
)

// The bodies below are those that the named programs were seen to send.

func TestWhatDoctlSendsIsTaken(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	cname := addRecord(t, s, "example.com", `{"type":"CNAME","name":"c","data":"host.example.net.","priority":0,"ttl":1800,"weight":0,"flags":0}`)
	var out struct {
		Record record `json:"domain_record"`
	}
	send(t, s, "PATCH", at(cname.ID), `{"priority":0,"ttl":60,"weight":0,"flags":0}`).want(200, &out)
	cname.TTL = 60
	if out.Record != cname {
		t.Errorf("patched to %+v, want %+v", out.Record, cname)
	}
	send(t, s, "GET", "/v2/domains/example.com/records?page=1&per_page=200", "").want(200, nil)
}

func TestWhatTerraformSendsIsTaken(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	made := addRecord(t, s, "example.com", `{"type":"A","name":"www","data":"198.51.100.1","priority":0,"port":0,"weight":0,"flags":0}`)
	if made.TTL != 1800 || made.Priority != nil {
		t.Errorf("made %+v", made)
	}
	var out struct {
		Record record `json:"domain_record"`
	}
	send(t, s, "PUT", at(made.ID), `{"name":"www","data":"198.51.100.2","priority":0,"port":0,"ttl":1800,"weight":0,"flags":0}`).want(200, &out)
	if out.Record.Type != "A" || out.Record.Data != "198.51.100.2" {
		t.Errorf("put to %+v", out.Record)
	}
	cname := addRecord(t, s, "example.com", `{"type":"CNAME","name":"c.example.com.","data":"www.example.com.","priority":0,"port":0,"weight":0,"flags":0}`)
	if cname.Name != "c" || cname.Data != "www.example.com" {
		t.Errorf("made %+v", cname)
	}
	mx := addRecord(t, s, "example.com", `{"type":"MX","name":"@","data":"example.com.","priority":5,"port":0,"weight":0,"flags":0}`)
	if mx.Data != "@" || mx.Priority == nil || *mx.Priority != 5 {
		t.Errorf("made %+v", mx)
	}
}

func TestWhatDNSControlSendsIsTaken(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	for body, data := range map[string]string{
		`{"type":"SRV","name":"_sip._tcp","data":"sip.example.com.","priority":10,"port":5060,"ttl":300,"weight":5,"flags":0}`:          "sip.example.com",
		`{"type":"CAA","name":"@","data":"letsencrypt.org.","priority":0,"port":0,"ttl":300,"weight":0,"flags":0,"tag":"issue"}`:        "letsencrypt.org",
		`{"type":"CAA","name":"@","data":"mailto:a@example.com.","priority":0,"port":0,"ttl":300,"weight":0,"flags":0,"tag":"iodef"}`:   "mailto:a@example.com",
		`{"type":"CAA","name":"@","data":"letsencrypt.org.","priority":0,"port":0,"ttl":300,"weight":0,"flags":128,"tag":"issuewild"}`:  "letsencrypt.org",
		`{"type":"TXT","name":"t","data":"v=spf1 \u003c\u0026\u003e ~all","priority":0,"port":0,"ttl":300,"weight":0,"flags":0}` + "\n": "v=spf1 <&> ~all",
	} {
		if r := addRecord(t, s, "example.com", body); r.Data != data || r.TTL != 300 {
			t.Errorf("%s became %+v", body, r)
		}
	}
	ns := s.Zone("example.com")[1]
	send(t, s, "PUT", at(ns.ID), `{"type":"NS","name":"@","data":"ns1.digitalocean.com.","priority":0,"port":0,"ttl":600,"weight":0,"flags":0}`).want(200, nil)
	for _, r := range s.Zone("example.com") {
		if r.Type == "NS" && r.TTL != 600 {
			t.Errorf("NS %+v", r)
		}
	}
}

func TestWhatExternalDNSSendsComesBackToTheByte(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	r := addRecord(t, s, "example.com", `{"type":"TXT","name":"w","data":"\"heritage=external-dns\"","priority":0,"port":0,"ttl":60,"weight":0,"flags":0}`)
	if r.Data != `"heritage=external-dns"` {
		t.Errorf("data %q", r.Data)
	}
	addRecord(t, s, "example.com", `{"type":"CNAME","name":"v","data":"a.example.net.","ttl":60}`)
	send(t, s, "POST", "/v2/domains/example.com/records", `{"type":"CNAME","name":"v","data":"b.example.net.","ttl":60}`).
		refused(422, "unprocessable_entity", "CNAME records cannot share a name with other records")
}

func TestWhatLegoSendsIsMadeRelative(t *testing.T) {
	t.Parallel()
	s := emptyZone(t)
	r := addRecord(t, s, "example.com", `{"type":"TXT","name":"_acme-challenge.www.example.com.","data":"token","ttl":30}`)
	if r.Name != "_acme-challenge.www" || r.TTL != 30 {
		t.Errorf("made %+v", r)
	}
	send(t, s, "DELETE", at(r.ID), "").want(204, nil)
}

func TestWhatOctoDNSSendsIsTaken(t *testing.T) {
	t.Parallel()
	s := dosim.New(dosim.WithEmptyWorld())
	send(t, s, "GET", "/v2/domains/example.com/records?page=1", "").want(404, nil)
	send(t, s, "POST", "/v2/domains", `{"name":"example.com","ip_address":"192.0.2.1"}`).want(201, nil)
	var out struct {
		Records []record `json:"domain_records"`
	}
	send(t, s, "GET", "/v2/domains/example.com/records?page=1", "").want(200, &out)
	last := out.Records[len(out.Records)-1]
	send(t, s, "DELETE", at(last.ID), "").want(204, nil)
	addRecord(t, s, "example.com", `{"type":"MX","name":"@","data":"mx.example.net.","priority":10,"ttl":300}`)
}

func at(id int64) string { return "/v2/domains/example.com/records/" + strconv.FormatInt(id, 10) }
