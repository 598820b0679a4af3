package steps

import (
	"fmt"
	"strings"
)

// unrestorable says why the provider would not take a record as it is, so that an undo could not put it back; empty when it would.
func (r Record) unrestorable() string {
	_, known := formOf(r.Type)
	switch n := quotedLen(r.Data); {
	case !known:
		return fmt.Sprintf("records of type %s cannot be written", r.Type)
	case r.TTL < minTTL:
		return fmt.Sprintf("its ttl of %d is under the %d that can be written", r.TTL, minTTL)
	case r.Type == "TXT" && n > maxTXT:
		return fmt.Sprintf("its text takes %d bytes with its quotes, and at most %d can be written", n, maxTXT)
	}
	return ""
}

// quotedLen is how many bytes a TXT value takes with its quotes and escapes.
func quotedLen(text string) int {
	return len(text) + strings.Count(text, `"`) + strings.Count(text, `\`) + 2
}

// lossNote says which of the records that the change updates or deletes could not be put back as they are.
func (c change) lossNote() string {
	why, about, n := "", "", 0
	for _, o := range c.Ops {
		if o.Before == nil {
			continue
		}
		if text := o.Before.unrestorable(); text != "" {
			n++
			if n == 1 {
				why, about = text, o.Before.title(c.Zone)
			}
		}
	}
	if n == 0 {
		return ""
	}
	more := ""
	if n > 1 {
		more = fmt.Sprintf(" (and %d more)", n-1)
	}
	return fmt.Sprintf("%s could not be put back as it is: %s%s", about, why, more)
}
