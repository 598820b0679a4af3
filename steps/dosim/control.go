package dosim

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// controlPrefix is where the control of the simulation lives: outside the service's paths,
// without token, faults, limits or log.
const controlPrefix = "/_sim/"

// faultForm is a fault in the JSON of the control path; times are as in "1m30s".
type faultForm struct {
	ID         int       `json:"id,omitempty"`
	Method     string    `json:"method,omitempty"`
	Path       string    `json:"path,omitempty"`
	Skip       int       `json:"skip,omitempty"`
	Count      int       `json:"count,omitempty"`
	Kind       FaultKind `json:"kind"`
	Delay      string    `json:"delay,omitempty"`
	RetryAfter string    `json:"retry_after,omitempty"`
	Status     int       `json:"status,omitempty"`
	Times      int       `json:"times,omitempty"`
	Text       string    `json:"text,omitempty"`
	Scope      string    `json:"scope,omitempty"`
	Change     *Record   `json:"change,omitempty"`
	Met        int       `json:"met"`
}

// fault checks the form and turns it into a fault, or says what is wrong with it.
func (f faultForm) fault() (Fault, string) {
	if !slices.Contains(FaultKinds(), f.Kind) {
		var kinds []string
		for _, kind := range FaultKinds() {
			kinds = append(kinds, string(kind))
		}
		return Fault{}, fmt.Sprintf("kind: there is no fault %q: take one of %s", f.Kind, strings.Join(kinds, ", "))
	}
	if _, err := path.Match(strings.TrimSuffix(f.Path, "/**"), ""); err != nil {
		return Fault{}, "path: " + err.Error()
	}
	out := Fault{
		Method: f.Method, Path: f.Path, Skip: f.Skip, Count: f.Count, Kind: f.Kind,
		Status: f.Status, Times: f.Times, Text: f.Text, Scope: f.Scope, Change: f.Change,
	}
	for _, d := range []struct {
		name, text string
		into       *time.Duration
	}{{"delay", f.Delay, &out.Delay}, {"retry_after", f.RetryAfter, &out.RetryAfter}} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.into, err = time.ParseDuration(d.text); err != nil {
			return Fault{}, d.name + ": " + err.Error()
		}
	}
	return out, ""
}

func (f *armedFault) form() faultForm {
	out := faultForm{
		ID: f.id, Method: f.Method, Path: f.Path, Skip: f.Skip, Count: f.Count, Kind: f.Kind,
		Status: f.Status, Times: f.Times, Text: f.Text, Scope: f.Scope, Change: f.Change, Met: f.met,
	}
	if f.Delay > 0 {
		out.Delay = f.Delay.String()
	}
	if f.RetryAfter > 0 {
		out.RetryAfter = f.RetryAfter.String()
	}
	return out
}

// control answers a request to the control path.
func (s *Sim) control(m message) outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{method: m.method, path: m.path, body: m.body, now: s.settle()}
	rep, err := s.controlReply(c)
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	if err != nil {
		return outcome{status: http.StatusBadRequest, header: h, body: encode(fields{"error": err.Error()})}
	}
	if rep.status == http.StatusNoContent {
		return outcome{status: rep.status, header: http.Header{}}
	}
	return outcome{status: rep.status, header: h, body: encode(rep.body)}
}

func (s *Sim) controlReply(c *call) (reply, error) {
	parts := strings.Split(strings.TrimPrefix(c.path, controlPrefix), "/")
	switch request := c.method + " " + parts[0]; {
	case request == "GET about" && len(parts) == 1:
		return ok(about{Simulated: true}), nil
	case request == "POST faults" && len(parts) == 1:
		return s.armFault(c)
	case request == "GET faults" && len(parts) == 1:
		forms := []faultForm{}
		for _, f := range s.faults.armed {
			forms = append(forms, f.form())
		}
		return ok(fields{"faults": forms}), nil
	case request == "DELETE faults" && len(parts) == 1:
		s.faults.armed = nil
		return noContent(), nil
	case request == "DELETE faults" && len(parts) == 2:
		id, err := strconv.Atoi(parts[1])
		if err != nil {
			return reply{}, badControl("fault id: " + parts[1] + " is not a number")
		}
		s.faults.remove(id)
		return noContent(), nil
	case request == "GET requests" && len(parts) == 1:
		return ok(fields{"requests": orEmpty(s.log.all()), "writes": s.log.writes}), nil
	case request == "DELETE requests" && len(parts) == 1:
		s.log = requestLog{}
		return noContent(), nil
	case request == "GET world" && len(parts) == 1:
		return ok(s.world()), nil
	case request == "POST records" && len(parts) == 2:
		return s.controlPut(c, parts[1])
	case request == "DELETE records" && len(parts) == 3:
		return s.controlRemove(c, parts[1], parts[2])
	case request == "POST droplets" && len(parts) == 1:
		var in struct {
			Name string `json:"name"`
		}
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		return created(fields{"id": s.plainDroplet(in.Name, c.now).id}), nil
	}
	return reply{status: http.StatusNotFound, body: fields{"error": "no such control: " + c.method + " " + c.path}}, nil
}

// badControl is a complaint about a control request; its status is always 400.
func badControl(message string) error {
	return &refusal{status: http.StatusBadRequest, message: message}
}

func (s *Sim) armFault(c *call) (reply, error) {
	var form faultForm
	if err := c.decode(&form); err != nil {
		return reply{}, err
	}
	f, complaint := form.fault()
	if complaint != "" {
		return reply{}, badControl(complaint)
	}
	return created(fields{"id": s.faults.add(f)}), nil
}

func (s *Sim) controlPut(c *call, domain string) (reply, error) {
	z := s.zone(domain)
	if z == nil {
		return reply{}, badControl("zone " + domain + " does not exist")
	}
	var r Record
	if err := c.decode(&r); err != nil {
		return reply{}, err
	}
	id := s.putRecord(z, r, c.now)
	if id == 0 {
		return reply{}, badControl("record " + strconv.FormatInt(r.ID, 10) + " does not exist")
	}
	return created(fields{"id": id}), nil
}

func (s *Sim) controlRemove(c *call, domain, id string) (reply, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	z := s.zone(domain)
	if err != nil || z == nil || z.record(n) == nil {
		return reply{}, badControl("record " + id + " of zone " + domain + " does not exist")
	}
	z.drop(z.record(n), nil, c.now)
	return noContent(), nil
}

// world is the truth as one JSON object.
func (s *Sim) world() fields {
	zones := fields{}
	for _, z := range s.zones {
		if !z.gone {
			zones[z.name] = z.live()
		}
	}
	return fields{
		"zones": zones, "droplets": orEmpty(s.liveDroplets()),
		"snapshots": orEmpty(s.liveSnapshots()), "actions": orEmpty(s.everyAction()),
		"firewalls": orEmpty(s.everyFirewall()), "reserved_ips": s.everyReservedIP(), "volumes": orEmpty(s.everyVolume()),
		"volume_snapshots": orEmpty(s.everyVolumeSnapshot()),
	}
}
