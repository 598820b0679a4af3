package say

import (
	"strconv"
	"strings"
)

// Bill writes what something adds to the bill of a month, with its sign: "+$24.00", "−$1.06"; empty when it adds nothing.
func Bill(usd float64, minus string) string {
	text := strconv.FormatFloat(usd, 'f', 2, 64)
	switch {
	case strings.Trim(text, "-0.") == "":
		return ""
	case usd < 0:
		return minus + "$" + text[1:]
	}
	return "+$" + text
}
