package bolt

import (
	"errors"
	"fmt"

	"arcadia/engine"
)

// Why a file is not opened, or not believed. Errors wrap one of them and end with what to do; test with errors.Is.
var (
	ErrForeign     = errors.New("not an arcadia store")
	ErrDamaged     = errors.New("damaged")
	ErrNewerSchema = errors.New("written by a newer arcadia")
	ErrUnsafe      = errors.New("not private")
	ErrReadOnly    = engine.ErrReadOnly
	ErrPermission  = errors.New("no permission")
	ErrExists      = errors.New("already there")
	ErrClosed      = errors.New("the store is closed")
	ErrMissing     = errors.New("no such file")
	ErrHeld        = errors.New("in use by another process")
	ErrReplaced    = errors.New("not the file that was opened")
)

var (
	errBadSum  = errors.New("checksum does not match")
	errMissing = errors.New("it is missing")
)

// HeldError says that another process has the store. It is an ErrHeld.
type HeldError struct {
	Path string
	PID  int    // 0 when it could not be learned
	What string // the other's purpose, as it gave it with WithPurpose; may be empty
}

// Error names the process and says what to do.
func (e *HeldError) Error() string {
	who := "another process"
	switch {
	case e.PID != 0 && e.What != "":
		who = fmt.Sprintf("%s (process %d)", e.What, e.PID)
	case e.PID != 0:
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("open %s: in use by %s: attach to it, or end it first", e.Path, who)
}

// Is makes errors.Is(err, ErrHeld) hold.
func (e *HeldError) Is(target error) bool { return target == ErrHeld }

// NewerSchemaError says that the file needs a newer build. It is an ErrNewerSchema.
type NewerSchemaError struct {
	Path string
	Have int // in the file
	Know int // the newest this build knows
}

// Error says both versions and what to do.
func (e *NewerSchemaError) Error() string {
	return fmt.Sprintf("open %s: schema %d, this build knows %d: use a newer arcadia", e.Path, e.Have, e.Know)
}

// Is makes errors.Is(err, ErrNewerSchema) hold.
func (e *NewerSchemaError) Is(target error) bool { return target == ErrNewerSchema }

// damaged is what a reader gets for a record that cannot be believed.
func damaged(what string, err error) error {
	return fmt.Errorf("%s: %w: %w: run arcadia check, then restore a backup", what, ErrDamaged, err)
}

// stopped is what every Append gets once the writer has stopped for good.
func stopped(cause error) error {
	return fmt.Errorf("%w: the store cannot be written: %w: see to the disk and start again", engine.ErrStopped, cause)
}
