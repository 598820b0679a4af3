package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Role is what an operator may do: a set of names, in the order of Roles and with commas between ("operator,approver"), as ParseRole
// makes it. Everybody reads. The engine enforces it at every verb; screens only show it.
type Role string

// The roles, alone.
const (
	Viewer   Role = "viewer"   // sees everything, changes nothing
	Operator Role = "operator" // sees and acts
	Approver Role = "approver" // sees, and agrees or not to what others want to do
)

// Roles are those that a set can be made of.
func Roles() []Role { return []Role{Viewer, Operator, Approver} }

// ParseRole reads a set of roles, in any order. Viewer beside another says nothing more, and is left out.
func ParseRole(text string) (Role, error) {
	var has []Role
	for name := range strings.SplitSeq(text, ",") {
		one := Role(name)
		switch {
		case !slices.Contains(Roles(), one):
			return "", fmt.Errorf("there is no role %q: the roles are viewer, operator and approver", clip(name, 40))
		case slices.Contains(has, one):
			return "", errors.New("role " + name + " is given twice")
		}
		has = append(has, one)
	}
	var set []string
	for _, one := range Roles() {
		if slices.Contains(has, one) && (one != Viewer || len(has) == 1) {
			set = append(set, string(one))
		}
	}
	return Role(strings.Join(set, ",")), nil
}

// Has reports whether one role is in the set.
func (r Role) Has(one Role) bool {
	for name := range strings.SplitSeq(string(r), ",") {
		if Role(name) == one {
			return true
		}
	}
	return false
}

// May reports whether the role permits a verb.
func (r Role) May(v Verb) bool {
	switch v {
	case VerbApprove:
		return r.Has(Approver)
	case VerbRefuse:
		return r.Has(Approver) || r.Has(Operator)
	default:
		return r.Has(Operator)
	}
}

// limit says to whom a verb is refused what a role without it can do.
func (r Role) limit(v Verb) string {
	switch {
	case v == VerbApprove && r.Has(Operator):
		return "an operator can act, and not approve; ask an approver"
	case v == VerbApprove:
		return fmt.Sprintf("a %s can only read; ask an approver", r)
	case r.Has(Approver):
		return "an approver can read and approve; ask an operator"
	}
	return fmt.Sprintf("a %s can only read; ask an operator", r)
}

// Judges reports whether the role has more to do here than to read: who does is told where operators work from, and with which keys.
func (r Role) Judges() bool { return r.Has(Operator) || r.Has(Approver) }

// Actor is the person behind a verb. Every verb is recorded with it in the transaction that makes the change.
type Actor struct {
	Name string `json:"name"`           // local user name, or the name that belongs to the SSH key
	Role Role   `json:"-"`              // decided by who opens the session, never stored
	Key  string `json:"key,omitempty"`  // SHA256 fingerprint of the SSH key of the finished handshake
	From string `json:"from,omitempty"` // where from: a remote address, or empty for this machine
}
