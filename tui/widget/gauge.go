package widget

import "strings"

// Gauge draws how much is done: size cells, the first of them done and the rest left. What is begun shows at least one
// cell and what is not finished never shows all.
func Gauge(size, part, whole int, done, left string) string {
	n := share(size, part, whole)
	return strings.Repeat(done, n) + strings.Repeat(left, size-n)
}

func share(size, part, whole int) int {
	if whole <= 0 || part <= 0 || size <= 0 {
		return 0
	}
	if part >= whole {
		return size
	}
	return max(1, min(size-1, size*part/whole))
}
