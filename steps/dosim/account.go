package dosim

import (
	"crypto/sha1" //nolint:gosec // an id drawn from the seed, nothing is secured by it
	"encoding/hex"
	"fmt"
	"strings"
)

func (s *Sim) getAccount(*call) (reply, error) {
	return ok(fields{"account": fields{
		"droplet_limit":     dropletLimit,
		"floating_ip_limit": maxReservedIPs,
		"email":             "operator@example.com",
		"name":              "Operator",
		"uuid":              s.accountUUID(),
		"email_verified":    true,
		"status":            "active",
		"status_message":    "",
		"team":              fields{"uuid": strings.ReplaceAll(s.derived("team"), "-", ""), "name": s.teamName()},
	}}), nil
}

// accountUUID is the account's: 40 hex digits, by the seed.
func (s *Sim) accountUUID() string {
	sum := sha1.Sum(fmt.Appendf(nil, "account %d", s.set.seed)) //nolint:gosec // for its length, which the service's have
	return hex.EncodeToString(sum[:])
}

// teamName is the team's, by the seed.
func (s *Sim) teamName() string {
	if s.set.seed == 1 {
		return "My Team"
	}
	return fmt.Sprintf("Team %d", s.set.seed)
}
