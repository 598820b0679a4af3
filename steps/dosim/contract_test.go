package dosim_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"arcadia/steps/dosim"
)

// deviation is a place where the service was seen to differ from its document, and how the
// document would have to read. One that no answer needs fails the test.
type deviation struct {
	source string
	amend  func(doc *openapi3.T)
}

var deviations = []deviation{
	{
		source: "live and recorded answers: a private image has description null",
		amend:  func(doc *openapi3.T) { schema(doc, "image").Properties["description"].Value.Nullable = true },
	},
	{
		source: "the document's own example of a droplet: next_backup_window is null, which its schema loses under allOf",
		amend:  func(doc *openapi3.T) { schema(doc, "droplet").Properties["next_backup_window"].Value.Nullable = true },
	},
	{
		source: "live answers: a tag counts images; the document misspells the field imgages",
		amend: func(doc *openapi3.T) {
			for _, part := range schema(doc, "tags").Properties["resources"].Value.AllOf {
				if misspelt := part.Value.Properties["imgages"]; misspelt != nil {
					part.Value.Properties["images"] = misspelt
				}
			}
		},
	},
	{
		source: "recorded answers: a size has its networking_throughput",
		amend: func(doc *openapi3.T) {
			schema(doc, "size").Properties["networking_throughput"] = openapi3.NewIntegerSchema().NewRef()
		},
	},
	{
		source: "recorded answers: a droplet has its subnet_uuid",
		amend: func(doc *openapi3.T) {
			schema(doc, "droplet").Properties["subnet_uuid"] = openapi3.NewUUIDSchema().NewRef()
		},
	},
	{
		source: "godo and the service: the action of an image comes as {action}; the document shows it bare",
		amend: func(doc *openapi3.T) {
			answer := doc.Paths.Value("/v2/images/{image_id}/actions").Post.Responses.Value("201").Value.Content.Get("application/json")
			answer.Schema = openapi3.NewObjectSchema().WithPropertyRef("action", answer.Schema).NewRef()
		},
	},
}

func schema(doc *openapi3.T, name string) *openapi3.Schema { return doc.Components.Schemas[name].Value }

// contractCase is one request whose answer is held against the document.
type contractCase struct {
	request string // "METHOD target body"
	status  int
}

func TestEveryAnswerIsAsTheOfficialDocumentSays(t *testing.T) {
	t.Parallel()
	file := contractFile(t)
	answers := answerEveryRoute(t)
	whole := loadContract(t, file, deviations)
	for _, got := range answers {
		for _, complaint := range whole.complaints(t, got) {
			t.Errorf("%s %d: %s", got.request, got.status, complaint)
		}
	}
	for i, one := range deviations {
		rest := slices.Delete(slices.Clone(deviations), i, i+1)
		c := loadContract(t, file, rest)
		if !slices.ContainsFunc(answers, func(got observed) bool { return len(c.complaints(t, got)) > 0 }) {
			t.Errorf("no answer needs the deviation after %s", one.source)
		}
	}
}

// observed is an answer and the request it was given to.
type observed struct {
	request string
	answer
}

// answerEveryRoute runs the cases and a few refusals, and sees to it that every endpoint
// of the Sim was asked.
func answerEveryRoute(t *testing.T) []observed {
	t.Helper()
	now := time.Unix(1_780_000_000, 0)
	s := dosim.New(dosim.WithClock(func() time.Time { return now }), dosim.WithRateLimit(0, 0),
		dosim.WithScopes("scopeless"))
	asked := map[string]bool{}
	var out []observed
	run := func(token string, tt contractCase) {
		t.Helper()
		now = now.Add(10 * time.Second) // the action of the request before is over
		method, rest, _ := strings.Cut(tt.request, " ")
		target, body, _ := strings.Cut(rest, " ")
		a := sendAs(t, s, token, method, target, body)
		if a.status != tt.status {
			t.Errorf("%s: %d, want %d; %s", tt.request, a.status, tt.status, a.body)
		}
		path, _, _ := strings.Cut(target, "?")
		asked[s.RouteOf(method, path)] = true
		out = append(out, observed{tt.request, a})
	}
	for _, tt := range contractCases(s) {
		run(token, tt)
	}
	run("", contractCase{"GET /v2/domains", 401})
	run("scopeless", contractCase{"GET /v2/domains", 403})
	for kind, status := range map[dosim.FaultKind]int{
		dosim.FaultBurst: 429, dosim.FaultHourly: 429, dosim.FaultServerError: 500, dosim.FaultUnavailable: 503,
	} {
		remove := s.Inject(dosim.Fault{Kind: kind})
		run(token, contractCase{"GET /v2/snapshots", status})
		remove()
	}
	for _, route := range dosim.Routes() {
		if !asked[route] {
			t.Errorf("%s has no case", route)
		}
	}
	return out
}

// contractCases are requests to every endpoint, in an order in which each can be met.
func contractCases(s *dosim.Sim) []contractCase {
	droplets, snapshots := s.Droplets(), s.Snapshots()
	id := func(n int64) string { return strconv.FormatInt(n, 10) }
	web, db, off, locked := id(droplets[0].ID), id(droplets[2].ID), id(droplets[4].ID), id(droplets[5].ID)
	record := id(s.Zone("example.com")[5].ID)
	var cases []contractCase
	add := func(status int, requests ...string) {
		for _, request := range requests {
			cases = append(cases, contractCase{request, status})
		}
	}
	add(200, "GET /v2/account", "GET /v2/account/keys", "GET /v2/regions", "GET /v2/sizes")
	add(404, "GET /v2/account/keys/1")

	add(200, "GET /v2/domains", "GET /v2/domains/example.com", "GET /v2/domains/example.net/records",
		"GET /v2/domains/example.net/records?page=2", "GET /v2/domains/example.net/records?page=13",
		"GET /v2/domains/example.com/records?per_page=200", "GET /v2/domains/example.com/records/"+record)
	add(201, `POST /v2/domains {"name":"new.example.com","ip_address":"192.0.2.1"}`)
	add(422, `POST /v2/domains {"name":"new.example.com"}`)
	add(400, `POST /v2/domains {`)
	for _, body := range []string{
		`{"type":"A","name":"a","data":"192.0.2.1"}`, `{"type":"AAAA","name":"a","data":"2001:db8::1"}`,
		`{"type":"CAA","name":"a","data":"ca.example.","flags":0,"tag":"issue"}`,
		`{"type":"CNAME","name":"c","data":"h.example.net."}`, `{"type":"MX","name":"a","data":"@","priority":1}`,
		`{"type":"NS","name":"n","data":"h.example.net."}`, `{"type":"TXT","name":"a","data":"t"}`,
		`{"type":"SRV","name":"_s._tcp","data":"h.example.net.","priority":1,"port":2,"weight":3}`,
	} {
		add(201, "POST /v2/domains/new.example.com/records "+body)
	}
	add(422, `POST /v2/domains/new.example.com/records {"type":"A","name":"a","data":"x"}`)
	add(200, "GET /v2/domains/new.example.com/records", "PUT /v2/domains/example.com/records/"+record+` {"ttl":60}`,
		"PATCH /v2/domains/example.com/records/"+record+` {"ttl":90}`)
	add(204, "DELETE /v2/domains/example.com/records/"+record, "DELETE /v2/domains/new.example.com")
	add(404, "DELETE /v2/domains/example.com/records/"+record, "DELETE /v2/domains/new.example.com",
		"GET /v2/domains/new.example.com", "GET /v2/domains/new.example.com/records")

	add(200, "GET /v2/droplets", "GET /v2/droplets?page=2&per_page=2", "GET /v2/droplets/"+web, "GET /v2/droplets/"+db)
	for _, sub := range []string{"snapshots", "backups", "kernels", "neighbors", "firewalls", "actions"} {
		add(200, "GET /v2/droplets/"+db+"/"+sub)
		add(404, "GET /v2/droplets/1/"+sub)
	}
	add(202, `POST /v2/droplets {"name":"n","size":"c-4","image":"debian-12-x64","ipv6":true,"backups":true,"tags":["doomed"]}`,
		`POST /v2/droplets {"names":["n","m"],"size":"s-4vcpu-8gb","image":`+id(snapshots[0].ID)+`}`)
	add(422, `POST /v2/droplets {"name":"_","size":"c-4","image":"debian-12-x64"}`)
	add(204, "DELETE /v2/droplets?tag_name=doomed")
	for _, body := range []string{
		`{"type":"snapshot","name":"s"}`, `{"type":"reboot"}`, `{"type":"rename","name":"x"}`, `{"type":"shutdown"}`,
		`{"type":"resize","size":"s-4vcpu-8gb","disk":true}`, `{"type":"power_on"}`, `{"type":"password_reset"}`,
		`{"type":"rebuild","image":"debian-12-x64"}`, `{"type":"enable_backups"}`, `{"type":"enable_ipv6"}`,
	} {
		add(201, "POST /v2/droplets/"+web+"/actions "+body)
	}
	add(201, "POST /v2/droplets/"+off+`/actions {"type":"power_off"}`)
	add(422, "POST /v2/droplets/"+locked+`/actions {"type":"reboot"}`,
		"POST /v2/droplets/"+web+`/actions {"type":"nonsense"}`)
	add(201, `POST /v2/droplets/actions?tag_name=web {"type":"power_cycle"}`)
	add(422, `POST /v2/droplets/actions?tag_name=web {"type":"rename","name":"x"}`)
	migrate := id(s.Actions()[0].ID)
	add(200, "GET /v2/actions", "GET /v2/actions/"+migrate, "GET /v2/droplets/"+locked+"/actions/"+migrate)
	add(404, "GET /v2/actions/1", "GET /v2/droplets/"+web+"/actions/"+migrate)
	add(204, "DELETE /v2/droplets/"+off)
	add(404, "DELETE /v2/droplets/"+off, "GET /v2/droplets/"+off)

	add(200, "GET /v2/snapshots", "GET /v2/snapshots?resource_type=volume", "GET /v2/snapshots/"+id(snapshots[1].ID))
	add(400, "GET /v2/snapshots/160000000", "DELETE /v2/snapshots/160000000")
	add(200, "GET /v2/images", "GET /v2/images?private=true", "GET /v2/images/debian-12-x64", "GET /v2/images/"+id(snapshots[1].ID))
	add(204, "DELETE /v2/snapshots/"+id(snapshots[1].ID), "DELETE /v2/images/"+id(snapshots[2].ID))
	add(404, "DELETE /v2/snapshots/"+id(snapshots[1].ID), "GET /v2/images/nope")
	add(403, "DELETE /v2/images/160000000")

	add(201, `POST /v2/tags {"name":"t"}`)
	add(400, `POST /v2/tags {"name":"no good"}`)
	add(204, `POST /v2/tags/t/resources {"resources":[{"resource_id":"`+web+`","resource_type":"droplet"}]}`)
	add(200, "GET /v2/tags", "GET /v2/tags/t")
	add(204, `DELETE /v2/tags/t/resources {"resources":[{"resource_id":"`+web+`","resource_type":"droplet"}]}`,
		"DELETE /v2/tags/t")
	add(404, "GET /v2/tags/t")

	add(200, "GET /v2/reserved_ips")
	add(202, `POST /v2/reserved_ips {"region":"nyc3"}`, `POST /v2/reserved_ips {"droplet_id":`+web+`}`)
	add(200, "GET /v2/reserved_ips/198.51.100.12", "GET /v2/reserved_ips/198.51.100.13")
	add(201, `POST /v2/reserved_ips/198.51.100.12/actions {"type":"assign","droplet_id":`+web+`}`,
		`POST /v2/reserved_ips/198.51.100.12/actions {"type":"unassign"}`)
	add(200, "GET /v2/reserved_ips/198.51.100.12/actions")
	add(404, "GET /v2/reserved_ips/198.51.100.12/actions/"+migrate)
	add(204, "DELETE /v2/reserved_ips/198.51.100.12")
	add(404, "GET /v2/reserved_ips/198.51.100.12")
	for _, word := range []string{"reserved_ips", "floating_ips"} {
		add(200, "GET /v2/"+word)
		add(202, "POST /v2/"+word+` {"region":"fra1"}`)
		ip := map[string]string{"reserved_ips": "198.51.100.14", "floating_ips": "198.51.100.15"}[word]
		add(200, "GET /v2/"+word+"/"+ip)
		add(201, "POST /v2/"+word+"/"+ip+`/actions {"type":"assign","droplet_id":`+id(droplets[3].ID)+`}`)
		add(200, "GET /v2/"+word+"/"+ip+"/actions")
		add(404, "GET /v2/"+word+"/"+ip+"/actions/"+migrate)
		add(204, "DELETE /v2/"+word+"/198.51.100.13")
		add(202, "POST /v2/"+word+` {"region":"fra1"}`)
	}
	return append(cases, laterCases(web, id(droplets[3].ID), id(snapshots[3].ID), s.Volumes()[0].ID)...)
}

// laterCases are requests to the endpoints beside the core: keys, images, networks, firewalls, volumes, projects.
func laterCases(web, far, snapshot, disk string) []contractCase {
	const uuid = "/1d6a3b2e-aaaa-4bbb-8ccc-0123456789ab"
	var cases []contractCase
	add := func(status int, requests ...string) {
		for _, request := range requests {
			cases = append(cases, contractCase{request, status})
		}
	}
	const public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKQ9c0kD0kO6t2b1yZzVb0v3g5q2m8r7s4u1w9x0y6z5 a@b"
	add(201, `POST /v2/account/keys {"name":"a","public_key":"`+public+`"}`)
	add(422, `POST /v2/account/keys {"name":"a","public_key":"`+public+`"}`)
	add(200, `PUT /v2/account/keys/`+fingerprint+` {"name":"b"}`, "GET /v2/account/keys/"+fingerprint)
	add(204, "DELETE /v2/account/keys/"+fingerprint)
	add(404, "DELETE /v2/account/keys/"+fingerprint)

	add(202, `POST /v2/images {"name":"own","url":"https://images.example.com/own.qcow2","region":"nyc3","distribution":"Debian","tags":["t1"]}`)
	add(200, "PUT /v2/images/"+snapshot+` {"name":"renamed"}`)
	add(201, "POST /v2/images/"+snapshot+`/actions {"type":"transfer","region":"lon1"}`)
	add(200, "GET /v2/images/"+snapshot+"/actions", "GET /v2/images/"+snapshot)
	add(404, "GET /v2/images/"+snapshot+"/actions/1", "POST /v2/images/1/actions {}", "PUT /v2/images/1 {}")
	add(422, "POST /v2/images/"+snapshot+`/actions {"type":"transfer","region":"lon1"}`)
	add(200, "GET /v2/vpcs", "GET /v2/reserved_ipv6")

	add(200, "GET /v2/firewalls", "GET /v2/droplets/"+web+"/firewalls")
	add(202, `POST /v2/firewalls {"name":"ssh","inbound_rules":[{"protocol":"tcp","ports":"22","sources":{"addresses":["0.0.0.0/0"]}}],"droplet_ids":[`+web+`]}`)
	add(400, `POST /v2/firewalls {"name":"none"}`)
	add(404, "GET /v2/firewalls"+uuid, "PUT /v2/firewalls"+uuid+" {}", "DELETE /v2/firewalls"+uuid, "POST /v2/firewalls"+uuid+"/rules {}",
		"DELETE /v2/firewalls"+uuid+"/rules {}", "POST /v2/firewalls"+uuid+"/droplets {}", "DELETE /v2/firewalls"+uuid+"/droplets {}",
		"POST /v2/firewalls"+uuid+"/tags {}", "DELETE /v2/firewalls"+uuid+"/tags {}")

	add(200, "GET /v2/volumes", "GET /v2/volumes?name=db-01-data&region=nyc3", "GET /v2/volumes/"+disk)
	add(201, `POST /v2/volumes {"name":"more","size_gigabytes":10,"region":"nyc3","filesystem_type":"ext4","tags":["t1"]}`)
	add(202, `POST /v2/volumes/actions {"type":"attach","volume_name":"more","droplet_id":`+web+`,"region":"nyc3"}`,
		"POST /v2/volumes/"+disk+`/actions {"type":"resize","size_gigabytes":200}`,
		`POST /v2/volumes/actions {"type":"detach","volume_name":"more","droplet_id":`+web+`,"region":"nyc3"}`)
	add(200, "GET /v2/volumes/"+disk+"/actions")
	add(404, "GET /v2/volumes/"+disk+"/actions/1", "GET /v2/volumes"+uuid, "DELETE /v2/volumes"+uuid, "DELETE /v2/volumes?name=x&region=nyc3",
		"POST /v2/volumes"+uuid+"/actions {}", "GET /v2/volumes"+uuid+"/snapshots", "GET /v2/volumes/snapshots"+uuid, "DELETE /v2/volumes/snapshots"+uuid)
	add(201, "POST /v2/volumes/"+disk+`/snapshots {"name":"copy"}`)
	add(200, "GET /v2/volumes/"+disk+"/snapshots", "GET /v2/snapshots?resource_type=volume", "GET /v2/snapshots")
	add(204, "DELETE /v2/volumes?name=more&region=nyc3")

	add(200, "GET /v2/projects", "GET /v2/projects/default", "GET /v2/projects/default/resources", "GET /v2/projects/default/resources?per_page=2&page=2")
	add(201, `POST /v2/projects {"name":"p","purpose":"Web Application","environment":"Production"}`)
	add(200, `PATCH /v2/projects/default {"description":"d"}`,
		`PUT /v2/projects/default {"name":"q","description":"d","purpose":"x","environment":"Staging","is_default":true}`,
		`POST /v2/projects/default/resources {"resources":["do:droplet:`+far+`","do:droplet:1"]}`)
	add(404, "GET /v2/projects"+uuid, "PATCH /v2/projects"+uuid+" {}", "PUT /v2/projects"+uuid+" {}", "DELETE /v2/projects"+uuid,
		"GET /v2/projects"+uuid+"/resources", "POST /v2/projects"+uuid+"/resources {}")
	add(412, "DELETE /v2/projects/default")
	return cases
}

const fingerprint = "7d:e5:8f:b1:5e:5c:f9:02:6f:49:9f:51:4f:e5:85:a8"
