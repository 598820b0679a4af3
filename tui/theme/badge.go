package theme

import "arcadia/tui/widget"

// badges are the colors that the badge of an account can have, on grounds that are colors already.
var badges = []struct {
	name string
	of   func(*colors) badge
}{
	{"red", func(c *colors) badge { return c.live }},
	{"amber", func(c *colors) badge { return badge{c.demo.text, c.compensating} }},
	{"green", func(c *colors) badge { return c.demo }},
	{"blue", func(c *colors) badge { return badge{c.demo.text, c.waiting} }},
	{"violet", func(c *colors) badge { return badge{c.demo.text, c.accent} }},
	{"gray", func(c *colors) badge { return c.quiet }},
}

// Badges lists the colors that the badge of an account can have.
func Badges() []string {
	names := make([]string, len(badges))
	for i, b := range badges {
		names[i] = b.name
	}
	return names
}

// Badge is the ink of an account's badge by the name of its color; of one that is not known, that of a real account.
func (t *Theme) Badge(color string) widget.Ink {
	if ink, ok := t.accounts[color]; ok {
		return ink
	}
	return t.Live
}
