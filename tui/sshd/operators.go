package sshd

import (
	"bytes"
	"cmp"
	"crypto/rsa"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"arcadia/engine"
	"arcadia/engine/trust"
)

// Operators is the file that says who may come in: lines in the form of authorized_keys. The comment is the operator's
// name; the role comes from the one option that is known, and is viewer when it is not given:
//
//	environment="ARCADIA_ROLE=operator" ssh-ed25519 AAAA... ops1
//	environment="ARCADIA_ROLE=operator,approver" ssh-ed25519 AAAA... ops2
//	ssh-ed25519 AAAA... guest
//
// One name may have several keys; one key may stand there once only.
type Operators struct{ path string }

// maxOperators bounds the file.
const maxOperators = 1 << 20

// OpenOperators reads the file and refuses one that names nobody, that others may write, or that has a line it cannot
// make sense of, which it names by its number.
func OpenOperators(path string) (*Operators, error) {
	o := &Operators{path: path}
	list, err := o.read()
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, fmt.Errorf("operators file %s names nobody: add a line such as environment=\"ARCADIA_ROLE=operator\" ssh-ed25519 AAAA... name", path)
	}
	return o, nil
}

// ReadOperators lists who an operators file lets in. A line that makes no sense is an error.
func ReadOperators(path string) ([]engine.Actor, error) {
	o, err := OpenOperators(path)
	if err != nil {
		return nil, err
	}
	return o.List()
}

// read reads the file as it is now. Lines without sense grant nothing; they come back as the error, beside what the other
// lines grant. A file that cannot be trusted as a whole grants nothing at all.
func (o *Operators) read() (roster, error) {
	text, err := trust.Read(o.path, trust.Rule{Forbidden: 0o022, Max: maxOperators})
	if err != nil {
		return nil, fmt.Errorf("operators file: %w", err)
	}
	list, err := parseRoster(text)
	if err != nil {
		return list, fmt.Errorf("operators file %s: %w", o.path, err)
	}
	return list, nil
}

// List is who may come in, by name. Lines without sense are in the error, beside what the others grant.
func (o *Operators) List() ([]engine.Actor, error) {
	list, err := o.read()
	out := make([]engine.Actor, 0, len(list))
	for wire, a := range list {
		if key, bad := gossh.ParsePublicKey([]byte(wire)); bad == nil {
			a.Key = gossh.FingerprintSHA256(key)
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b engine.Actor) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Key, b.Key))
	})
	return out, err
}

// roster is who may come in, by the wire form of the public key.
type roster map[string]engine.Actor

func (r roster) find(key gossh.PublicKey) (engine.Actor, bool) {
	if key == nil {
		return engine.Actor{}, false
	}
	a, ok := r[string(key.Marshal())]
	return a, ok
}

func parseRoster(text []byte) (roster, error) {
	list := roster{}
	var bad []error
	first := map[string]int{}
	no := 0
	for line := range bytes.Lines(text) {
		no++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		key, actor, err := parseOperator(line)
		if err == nil && first[key] > 0 {
			// Which of two lines counts must not depend on their order. Neither does.
			delete(list, key)
			err = fmt.Errorf("the key of line %d again", first[key])
		} else if err == nil {
			err = list.unlike(actor)
		}
		if err == nil {
			first[key], list[key] = no, actor
		}
		if err != nil {
			bad = append(bad, fmt.Errorf("line %d: %w", no, err))
		}
	}
	return list, errors.Join(bad...)
}

// reserved are names that mean something else in the ledger.
var reserved = []string{"arcadia", "demo", "local"}

// unlike refuses a name that people would take for another's: one that the program records itself by, or one that differs from
// somebody's of another role in nothing but case and signs. Which of two lines counts must not depend on their order: the
// other goes too.
func (r roster) unlike(a engine.Actor) error {
	if slices.ContainsFunc(reserved, func(name string) bool { return folded(name) == folded(a.Name) }) {
		return fmt.Errorf("nobody may be called %s: the ledger says so of what nobody asked for", a.Name)
	}
	for key, o := range r {
		if folded(o.Name) == folded(a.Name) && o.Role != a.Role {
			delete(r, key)
			return fmt.Errorf("%s, a %s, looks like %s, a %s: use another name", a.Name, a.Role, o.Name, o.Role)
		}
	}
	return nil
}

// folded is a name as it looks at a glance.
func folded(name string) string {
	return strings.NewReplacer(".", "", "_", "", "-", "", "+", "", "0", "o", "1", "l", "i", "l").Replace(strings.ToLower(name))
}

var operatorName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$`)

func parseOperator(line []byte) (wire string, a engine.Actor, err error) {
	key, comment, options, _, err := gossh.ParseAuthorizedKey(line)
	if err != nil {
		return "", a, errors.New("not a public key in the form of authorized_keys")
	}
	role, err := roleOf(options)
	if err != nil {
		return "", a, err
	}
	if !operatorName.MatchString(comment) {
		return "", a, fmt.Errorf("the comment %s is not a name: the operator's name must follow the key, in letters, digits and . _ @ + -", strconv.Quote(comment))
	}
	if err := strong(key); err != nil {
		return "", a, err
	}
	return string(key.Marshal()), engine.Actor{Name: comment, Role: role, Key: gossh.FingerprintSHA256(key)}, nil
}

// roleOf reads the options of a line. An option that is not understood may have been meant as a restriction, so the line
// is refused rather than the option ignored.
func roleOf(options []string) (engine.Role, error) {
	role, given := engine.Viewer, false
	for _, o := range options {
		name, value, _ := strings.Cut(o, "=")
		text, err := strconv.Unquote(value)
		if !strings.EqualFold(name, "environment") || err != nil {
			return "", fmt.Errorf("unknown option %s: only environment=\"ARCADIA_ROLE=operator\" is known, or another role", strconv.Quote(o))
		}
		set, known := strings.CutPrefix(text, "ARCADIA_ROLE=")
		switch {
		case given:
			return "", errors.New("the role is given twice")
		case !known:
			return "", fmt.Errorf("unknown setting %s: only ARCADIA_ROLE is known", strconv.Quote(text))
		}
		if role, err = engine.ParseRole(set); err != nil {
			return "", fmt.Errorf("unknown setting %s: %w", strconv.Quote(text), err)
		}
		given = true
	}
	return role, nil
}

// strong refuses keys that are not worth the name, and certificates, whose authority nobody has vouched for here.
func strong(key gossh.PublicKey) error {
	switch key.Type() {
	case gossh.KeyAlgoED25519, gossh.KeyAlgoSKED25519, gossh.KeyAlgoSKECDSA256,
		gossh.KeyAlgoECDSA256, gossh.KeyAlgoECDSA384, gossh.KeyAlgoECDSA521:
		return nil
	case gossh.KeyAlgoRSA:
		if c, ok := key.(gossh.CryptoPublicKey); ok {
			if k, ok := c.CryptoPublicKey().(*rsa.PublicKey); ok && k.N.BitLen() >= 2048 {
				return nil
			}
		}
		return errors.New("an RSA key of less than 2048 bits")
	}
	return fmt.Errorf("keys of type %s are not accepted", key.Type())
}
