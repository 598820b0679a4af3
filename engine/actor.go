package engine

// Role is what an operator may do. The engine enforces it at every verb; screens only show it.
type Role string

// The roles.
const (
	Viewer   Role = "viewer"   // sees everything, changes nothing
	Operator Role = "operator" // sees and acts
)

// Actor is the person behind a verb. Every verb is recorded with it in the transaction that makes the change.
type Actor struct {
	Name string `json:"name"`           // local user name, or the name that belongs to the SSH key
	Role Role   `json:"-"`              // decided by who opens the session, never stored
	Key  string `json:"key,omitempty"`  // SHA256 fingerprint of the SSH key of the finished handshake
	From string `json:"from,omitempty"` // where from: a remote address, or empty for this machine
}
