package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// PlanHash names what a plan would do: "p2:" and 64 hexadecimal digits, the SHA-256 over the kind, the step names, the
// inputs, each step's effect, the locks and the account. Notes and the texts of failed looks are words about the effects
// and do not count; neither does the time. So two plans of an untouched world are one, and any other effect is another.
type PlanHash string

const (
	planHashForm   = "p2:" // another way to count gets another number
	planHashDigits = 12    // what screens show, and the fewest that tell plans apart well enough to launch by
)

// Short is the part that screens show: the first 12 digits.
func (h PlanHash) Short() string {
	digits := strings.TrimPrefix(string(h), planHashForm)
	return digits[:min(len(digits), planHashDigits)]
}

// HashOf is the hash of what people agree to that is no plan, as a text.
func HashOf(text []byte) PlanHash {
	sum := sha256.Sum256(text)
	return PlanHash(planHashForm + hex.EncodeToString(sum[:]))
}

// Begins reports whether a plan of this hash is the one that a person named by given: the whole hash, or 12 or more of its
// first digits, with p2: before them or without.
func (h PlanHash) Begins(given string) bool {
	digits, err := planDigits(given)
	return err == nil && strings.HasPrefix(string(h), planHashForm+digits)
}

// planDigits are the digits of a hash as a person gives it. It refuses what no plan's hash can begin with.
func planDigits(given string) (string, error) {
	digits := strings.ToLower(strings.TrimPrefix(given, planHashForm))
	if len(digits) < planHashDigits || len(digits) > 2*sha256.Size || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%w: plan hash %q: give the first %d digits of a plan's hash, or more", ErrInput, clip(given, 80), planHashDigits)
	}
	return digits, nil
}

// hashOf is the hash of a plan of this course on this account, empty when there is none.
func (p Plan) hashOf(c course, account string) PlanHash {
	w := make(hashText, 0, 256)
	w.texts(p.Kind, account)
	w.count(len(c.in))
	for _, name := range slices.Sorted(maps.Keys(c.in)) {
		w.texts(name, c.in[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.from)) {
		src := c.from[name]
		w.texts(name, strconv.Itoa(src.Step), src.Key)
	}
	w.count(len(p.Locks))
	w.texts(p.Locks...)
	w.count(len(p.Steps))
	for _, s := range p.Steps {
		c := s.Change
		w.texts(s.Name, strconv.FormatBool(s.Error != ""), string(c.Action), c.Subject, c.Undo, c.Final)
		w.count(len(c.Fields))
		for _, f := range c.Fields {
			w.texts(f.Name, f.From, f.To)
		}
	}
	return HashOf(w)
}

// hashText is what is hashed: every text with its length before it, and every list with its own, so that no two plans give the
// same bytes.
type hashText []byte

func (w *hashText) count(n int) { *w = append(strconv.AppendInt(*w, int64(n), 10), ':') }

func (w *hashText) texts(all ...string) {
	for _, s := range all {
		w.count(len(s))
		*w = append(*w, s...)
	}
}
