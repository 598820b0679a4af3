package digitalocean

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"arcadia/steps"
)

// keepDenial is how long a refusal counts. Nobody tells when a token is given a scope, so it cannot count for good.
const keepDenial = 5 * time.Minute

// denials are the kinds of request that the service has refused to one token for want of a scope. The zero value is ready.
type denials struct {
	mu sync.Mutex // guards at
	at map[string]time.Time
}

// learn notes what an answer says about the token.
func (d *denials) learn(kind string, status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case status == http.StatusForbidden:
		if d.at == nil {
			d.at = map[string]time.Time{}
		}
		d.at[kind] = time.Now()
	case status >= 200 && status <= 299:
		delete(d.at, kind)
	}
}

// last is when the service has last refused such a request, if that still counts.
func (d *denials) last(kind string) (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, ok := d.at[kind]
	return at, ok && time.Since(at) < keepDenial
}

// kindOf is the method and the family of paths that one scope covers: "PUT domains/records". Ids and names are left out.
func kindOf(method, path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) > 0 && parts[0] == "v2" {
		parts = parts[1:]
	}
	family := parts[0]
	if len(parts) > 2 && parts[1] == "snapshots" { // of volumes: no id stands before it
		return method + " " + family + "/snapshots"
	}
	if len(parts) > 2 {
		family += "/" + parts[2]
	}
	return method + " " + family
}

// kinds are the requests behind the abilities.
var kinds = map[steps.Ability]string{
	steps.TakeSnapshots:   "POST droplets/actions",
	steps.FollowActions:   "GET actions",
	steps.ReadSnapshots:   "GET snapshots",
	steps.DeleteSnapshots: "DELETE snapshots",
	steps.CreateRecords:   "POST domains/records",
	steps.UpdateRecords:   "PUT domains/records",
	steps.DeleteRecords:   "DELETE domains/records",
	steps.ChangeDroplets:  "POST droplets/actions",
	steps.CreateDroplets:  "POST droplets",
	steps.DeleteDroplets:  "DELETE droplets",
	steps.MoveIPs:         "POST reserved_ips/actions",
	steps.AddRules:        "POST firewalls/rules",
	steps.RemoveRules:     "DELETE firewalls/rules",
	steps.PlaceWalls:      "POST firewalls/droplets",
	steps.LiftWalls:       "DELETE firewalls/droplets",
	steps.CopyVolumes:     "POST volumes/snapshots",
	steps.DeleteCopies:    "DELETE volumes/snapshots",
}

// scopes are what the service wants to see in a token for each kind of request, as its documentation has it.
var scopes = map[string]string{
	"GET domains":               "domain:read",
	"GET domains/records":       "domain:read",
	"POST domains/records":      "domain:create",
	"PUT domains/records":       "domain:update",
	"DELETE domains/records":    "domain:delete",
	"GET droplets":              "droplet:read",
	"GET droplets/actions":      "droplet:read",
	"GET droplets/snapshots":    "droplet:read",
	"POST droplets/actions":     "droplet:update and image:create",
	"GET actions":               "actions:read",
	"GET snapshots":             "snapshot:read",
	"DELETE snapshots":          "image:delete and snapshot:delete",
	"GET account":               "account:read",
	"GET sizes":                 "sizes:read",
	"POST droplets":             "droplet:create and tag:create",
	"DELETE droplets":           "droplet:delete",
	"GET reserved_ips":          "reserved_ip:read",
	"POST reserved_ips/actions": "reserved_ip:update",
	"GET reserved_ips/actions":  "reserved_ip:read",
	"GET firewalls":             "firewall:read",
	"POST firewalls/rules":      "firewall:update",
	"DELETE firewalls/rules":    "firewall:update",
	"GET volumes":               "block_storage:read",
	"POST firewalls/droplets":   "firewall:update",
	"DELETE firewalls/droplets": "firewall:update",
	"GET volumes/snapshots":     "block_storage_snapshot:read",
	"POST volumes/snapshots":    "block_storage_snapshot:create",
	"DELETE volumes/snapshots":  "block_storage_snapshot:delete",
}

// Denied is what the service's refusals of the last five minutes say about an ability, as a *steps.CloudError that names
// what the token lacks; nil when the last answer to such a request was good, or none was refused.
func (c *Client) Denied(a steps.Ability) error {
	kind, known := kinds[a]
	if !known {
		return nil
	}
	l, token := c.writes, c.writeToken
	if strings.HasPrefix(kind, http.MethodGet) {
		l, token = c.reads, "token"
	}
	at, denied := l.denials.last(kind)
	if !denied {
		return nil
	}
	ago := time.Since(at)
	return &steps.CloudError{
		Class: steps.Permanent, Status: http.StatusForbidden,
		Text: fmt.Sprintf("the %s may not %s: DigitalOcean refused it %s ago: add %s to the token, or wait %s and try again",
			token, a, ago.Truncate(time.Second), scopes[kind], (keepDenial - ago + time.Second - 1).Truncate(time.Second)),
	}
}
