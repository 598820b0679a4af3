package dosim

import (
	"crypto/md5" //nolint:gosec // the form in which the service shows a key
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// seededKey is the id of the SSH key that every account has from the beginning.
const seededKey = 52_000_512

// sshKey is a public key of the account, as the API gives it.
type sshKey struct {
	ID          int64  `json:"id"`
	Fingerprint string `json:"fingerprint"` // MD5 with colons
	PublicKey   string `json:"public_key"`
	Name        string `json:"name"`
}

func (s *Sim) seedKeys() []sshKey {
	s.skip(17)
	const seeded = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB000000000000000000000000000000000000000000 operator"
	fingerprint, _ := fingerprintOf(seeded)
	return []sshKey{{ID: seededKey, Fingerprint: fingerprint, Name: "operator", PublicKey: seeded}}
}

// fingerprintOf is the MD5 of a public key as OpenSSH writes it, with colons; false if the text is no public key.
func fingerprintOf(public string) (string, bool) {
	parts := strings.Fields(public)
	if len(parts) < 2 {
		return "", false
	}
	blob, err := base64.StdEncoding.DecodeString(parts[1])
	if err != nil || len(blob) < 4 {
		return "", false
	}
	var pairs []string
	for _, b := range md5.Sum(blob) { //nolint:gosec // as above
		pairs = append(pairs, fmt.Sprintf("%02x", b))
	}
	return strings.Join(pairs, ":"), true
}

// key finds a key by id or fingerprint; -1 if there is none.
func (s *Sim) key(ref string) int {
	return slices.IndexFunc(s.keys, func(k sshKey) bool {
		return k.Fingerprint == ref || strconv.FormatInt(k.ID, 10) == ref
	})
}

func (s *Sim) listKeys(c *call) (reply, error) { return page(c, "ssh_keys", s.keys), nil }

func (s *Sim) getKey(c *call) (reply, error) {
	at := s.key(c.args["key"])
	if at < 0 {
		return reply{}, notFound()
	}
	return ok(fields{"ssh_key": s.keys[at]}), nil
}

func (s *Sim) createKey(c *call) (reply, error) {
	var in struct {
		Name   string `json:"name"`
		Public string `json:"public_key"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	in.Public = strings.TrimSpace(in.Public)
	fingerprint, is := fingerprintOf(in.Public)
	switch {
	case strings.TrimSpace(in.Name) == "":
		return reply{}, unprocessable("Name can't be blank") // stand-in, never recorded
	case !is:
		return reply{}, unprocessable("Key invalid, key should be of the format `type key [comment]`") // stand-in, never recorded
	case s.key(fingerprint) >= 0:
		return reply{}, unprocessable("SSH Key is already in use on your account")
	}
	k := sshKey{ID: s.take(&s.serial.key), Fingerprint: fingerprint, Name: in.Name, PublicKey: in.Public}
	s.keys = append(s.keys, k)
	c.made = append(c.made, k.ID)
	return created(fields{"ssh_key": k}), nil
}

// renameKey changes a key's name, the only part of it that can be changed.
func (s *Sim) renameKey(c *call) (reply, error) {
	at := s.key(c.args["key"])
	if at < 0 {
		return reply{}, notFound()
	}
	var in struct {
		Name string `json:"name"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if strings.TrimSpace(in.Name) == "" {
		return reply{}, unprocessable("Name can't be blank") // stand-in, never recorded
	}
	s.keys[at].Name = in.Name
	return ok(fields{"ssh_key": s.keys[at]}), nil
}

func (s *Sim) deleteKey(c *call) (reply, error) {
	at := s.key(c.args["key"])
	if at < 0 {
		return reply{}, notFound()
	}
	s.keys = slices.Delete(s.keys, at, at+1)
	return noContent(), nil
}

// checkKeys refuses a creation that names keys the account does not have.
func (s *Sim) checkKeys(refs []numberOrText) error {
	var unknown []string
	for _, ref := range refs {
		text := ref.text
		if text == "" {
			text = strconv.FormatInt(ref.number, 10)
		}
		if s.key(text) < 0 {
			unknown = append(unknown, text)
		}
	}
	if len(unknown) > 0 {
		return unprocessable(strings.Join(unknown, ", ") + " are invalid key identifiers for Droplet creation.")
	}
	return nil
}
