package form

import (
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Refuse puts what the engine says of an input under its field. It reports false when the form has no such field.
func (f *Form) Refuse(e *engine.InputError) (Load, bool) {
	_, bare, scoped := strings.Cut(e.Name, ":")
	if !scoped {
		bare = e.Name
	}
	for _, match := range []func(*Field) bool{
		func(fd *Field) bool { return fd.Key == e.Name },
		func(fd *Field) bool {
			return fd.field().Name == bare && slices.ContainsFunc(fd.readers, func(r reader) bool { return r.idx == e.Idx })
		},
		func(fd *Field) bool { return fd.field().Name == bare },
	} {
		i := slices.IndexFunc(f.Fields, func(fd *Field) bool { return fd.shown && match(fd) })
		if i < 0 {
			continue
		}
		fd := f.Fields[i]
		fd.touched = true
		do := f.Enter(fd.Key)
		fd.refused = visible.Text(e.Err.Error())
		return do, true
	}
	return nil, false
}
