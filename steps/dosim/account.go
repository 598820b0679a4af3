package dosim

import (
	"fmt"
	"strconv"
)

// sshKey is a public key of the account, as the API gives it.
type sshKey struct {
	ID          int64  `json:"id"`
	Fingerprint string `json:"fingerprint"` // MD5 with colons
	PublicKey   string `json:"public_key"`
	Name        string `json:"name"`
}

func (s *Sim) seedKeys() []sshKey {
	fingerprint := ""
	for i := range 16 {
		if i > 0 {
			fingerprint += ":"
		}
		fingerprint += fmt.Sprintf("%02x", s.rng.IntN(256))
	}
	return []sshKey{{
		ID: 52_000_000 + s.rng.Int64N(1000), Fingerprint: fingerprint, Name: "operator",
		PublicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0000000000000000000000000000000000000000000 operator",
	}}
}

func (s *Sim) getAccount(*call) (reply, error) {
	return ok(fields{"account": fields{
		"droplet_limit":     dropletLimit,
		"floating_ip_limit": maxReservedIPs,
		"email":             "operator@example.com",
		"name":              "Operator",
		"uuid":              "b6fc89dbf6d9156cace5f3c78dc9851d957381ef",
		"email_verified":    true,
		"status":            "active",
		"status_message":    "",
		"team":              fields{"uuid": "5df3e3004a17e242b7c20ca6c9fc25b701a47ece", "name": "My Team"},
	}}), nil
}

func (s *Sim) listKeys(c *call) (reply, error) { return page(c, "ssh_keys", s.keys), nil }

func (s *Sim) getKey(c *call) (reply, error) {
	for _, k := range s.keys {
		if ref := c.args["key"]; ref == k.Fingerprint || ref == strconv.FormatInt(k.ID, 10) {
			return ok(fields{"ssh_key": k}), nil
		}
	}
	return reply{}, notFound()
}
