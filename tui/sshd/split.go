package sshd

import (
	"errors"
	"strings"
)

var errQuote = errors.New("a quote is not closed")

// split takes a command line apart as a POSIX shell does with quotes and backslashes, and knows nothing else of a shell: no
// variables, no patterns, no operators. (The splitter that wish brings loses empty words, and an empty value is not the
// same as no value.)
func split(line string) (words []string, err error) {
	var word strings.Builder
	begun := false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t', '\n', '\r':
			end()
		case '\'':
			n := strings.IndexByte(line[i+1:], '\'')
			if n < 0 {
				return nil, errQuote
			}
			word.WriteString(line[i+1 : i+1+n])
			begun = true
			i += n + 1
		case '"':
			n, ok := double(&word, line[i+1:])
			if !ok {
				return nil, errQuote
			}
			begun = true
			i += n
		case '\\':
			i++
			if i == len(line) {
				return nil, errQuote
			}
			if line[i] != '\n' {
				word.WriteByte(line[i])
				begun = true
			}
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	end()
	return words, nil
}

// double writes what stands before the closing double quote, and returns how long that was with the quote.
func double(word *strings.Builder, s string) (n int, ok bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1, true
		case c == '\\' && i+1 < len(s) && strings.IndexByte("\"\\$`\n", s[i+1]) >= 0:
			i++
			if s[i] != '\n' {
				word.WriteByte(s[i])
			}
		default:
			word.WriteByte(c)
		}
	}
	return 0, false
}
