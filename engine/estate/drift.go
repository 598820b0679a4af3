package estate

import (
	"encoding/json"

	"arcadia/engine"
)

// State says how a resource stands to what was last wanted of it.
type State string

// The states of drift. The zero value is none of them: what was not looked at must never pass for in sync.
const (
	InSync     State = "in_sync"
	Modified   State = "modified"
	Deleted    State = "deleted"
	NotChecked State = "not_checked"
)

// Drift is what one look at a resource found.
type Drift struct {
	State     State                `json:"state"`
	Changes   []engine.FieldChange `json:"changes,omitempty"` // of Modified: from what was wanted to what is there
	Live      json.RawMessage      `json:"-"`                 // as the provider has it, of InSync and Modified
	Note      string               `json:"note,omitempty"`    // of NotChecked: why
	CheckedAt engine.Time          `json:"checked_at"`
	Cures     []string             `json:"cures,omitempty"` // the commands that can do something about it; empty: as nobody knows, all
}

// Astray reports whether somebody has to decide what becomes of the resource.
func (d Drift) Astray() bool { return d.State == Modified || d.State == Deleted }
