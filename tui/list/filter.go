package list

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Filter is a parsed line of the filter language. Its terms are ANDed:
//
//	word         occurs; case matters only when the word has a capital
//	~word        its letters occur in this order
//	/re/         the regular expression matches
//	!term        the term does not hold
//	field:word   the term holds in that field alone
//	field:<1h    the field says a time shorter than that; > longer
//
// A term that is not finished yet, or wrong, is reported and holds for everything. A field that there is not is reported with
// those that there are, and then everything passes.
type Filter struct {
	terms []clause
	Wrong string // what is wrong with the line, for the person who types it
}

type clause struct {
	not   bool
	field string
	hit   func(string) bool
	text  string // the word of a plain term
	plain bool
}

// Parse reads a line. fields are the names that may stand before a colon.
func Parse(line string, fields []string) Filter {
	var f Filter
	for _, word := range splitFilter(line) {
		t := clause{}
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			t.not, word = true, rest
		}
		switch name, rest, ok := strings.Cut(word, ":"); {
		case ok && slices.Contains(fields, strings.ToLower(name)):
			t.field, word = strings.ToLower(name), rest
		case ok && len(fields) > 0 && meantField(name, rest):
			return Filter{Wrong: "no field " + name + ": there are " + strings.Join(fields, ", ")}
		}
		if word == "" {
			continue
		}
		if err := t.compile(word); err != nil {
			f.Wrong = err.Error()
			continue
		}
		f.terms = append(f.terms, t)
	}
	return f
}

// meantField reports whether what stands before a colon was meant for the name of a field: a word of small letters, in no address.
func meantField(name, rest string) bool {
	return len(name) > 1 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == "" && !strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, ":")
}

// splitFilter splits at blanks outside of /.../ and "...".
func splitFilter(line string) []string {
	var out []string
	var b strings.Builder
	quote := rune(0)
	start := true // of a term, behind ! and field:
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
			if r == '/' {
				b.WriteRune(r)
			}
			continue
		case quote != 0:
		case unicode.IsSpace(r):
			if b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
			}
			start = true
			continue
		case r == '"':
			quote = r
			continue
		case r == '/' && start:
			quote = r
		}
		b.WriteRune(r)
		start = r == '!' && start || r == ':'
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

func (t *clause) compile(word string) error {
	switch {
	case len(word) > 1 && word[0] == '/' && strings.HasSuffix(word, "/"):
		re, err := regexp.Compile(word[1 : len(word)-1])
		if err != nil {
			return fmt.Errorf("%s is not a regular expression", word)
		}
		t.hit = re.MatchString
	case word[0] == '/':
		return fmt.Errorf("%s wants a closing /", word)
	case word[0] == '~':
		word = word[1:]
		if word == "" {
			t.hit = func(string) bool { return true }
			return nil
		}
		fold := !capital(word)
		t.hit = func(s string) bool { return subsequence(s, word, fold) }
	case (word[0] == '<' || word[0] == '>') && t.field != "":
		limit, err := span(word[1:])
		if err != nil {
			return fmt.Errorf("%s wants a time like 90s, 15m, 1h or 2d", word)
		}
		t.hit = func(s string) bool {
			is, err := span(s)
			return err == nil && (is < limit) == (word[0] == '<')
		}
	default:
		t.plain, t.text = true, word
		t.hit = func(s string) bool { return contains(s, word) }
	}
	return nil
}

// span is a time as people write it: 90s, 15m, 1h30m, 2d.
func span(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		return time.Duration(n * 24 * float64(time.Hour)), err
	}
	return time.ParseDuration(s)
}

// contains is smart-case.
func contains(s, word string) bool {
	if capital(word) {
		return strings.Contains(s, word)
	}
	return strings.Contains(strings.ToLower(s), word)
}

func capital(s string) bool { return strings.IndexFunc(s, unicode.IsUpper) >= 0 }

func subsequence(s, word string, fold bool) bool {
	if fold {
		s = strings.ToLower(s)
	}
	rest := []rune(word)
	for _, r := range s {
		if len(rest) > 0 && r == rest[0] {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}

// Words reads a line as a chooser does, which has no fields, and returns whether all its terms hold in a text.
func Words(line string) func(text string) bool {
	f := Parse(line, nil)
	return func(text string) bool { return f.Match(func(string) string { return text }) }
}

// Empty reports whether everything passes.
func (f Filter) Empty() bool { return len(f.terms) == 0 }

// Match reports whether all terms hold. get returns the text of a field, and that of the whole row for the empty name.
func (f Filter) Match(get func(field string) string) bool {
	for i := range f.terms {
		if t := &f.terms[i]; t.hit(get(t.field)) == t.not {
			return false
		}
	}
	return true
}
