package tui

import (
	"fmt"
	"io"
	"strings"

	"arcadia/tui/keys"
	"arcadia/tui/theme"
)

// WriteKeys writes the key map with the settings in it as text: per part of the console one line for every command, with
// its keys, its name, which the settings and the palette know it by, and what it does. A ! is before what changes the world.
func WriteKeys(w io.Writer, s Settings) error {
	var b strings.Builder
	k := builtIn().With(s.Keys)
	wide, names := 0, 0
	for _, x := range k.All() {
		wide, names = max(wide, len(keysText(x))), max(names, len(x.Command))
	}
	line := func(mark, key, name, help string) {
		fmt.Fprintf(&b, " %1s %-*s  %-*s  %s\n", mark, wide, key, names, name, help)
	}
	last := keys.Scope("")
	for _, x := range k.All() {
		if x.Scope != last {
			if last != "" {
				b.WriteString("\n")
			}
			last = x.Scope
			b.WriteString(string(last) + "\n")
		}
		mark := ""
		if x.Mutates() {
			mark = "!"
		}
		line(mark, keysText(x), string(x.Command), x.Help)
	}
	b.WriteString("\nin the palette\n")
	line("", "", "new KIND", "launch a saga of a kind")
	line("", "", "theme NAME", strings.Join(theme.Names(), ", "))
	line("", "", "export FORMAT [FILE]", "write what is shown to a new file: "+strings.Join(exportFormats, ", "))
	b.WriteString("\n" + fixedKeys)
	_, err := io.WriteString(w, b.String())
	return err
}

// fixedKeys says which keys the settings do not change, and why.
const fixedKeys = `Dialogs, menus, forms and the pages of a launch have keys of their own that the settings do not change: tab, enter, esc,
arrows, and letters as the footer shows them. Confirmations use the same keys for everybody.
`

func keysText(b keys.Binding) string {
	if len(b.Keys) == 0 {
		return "-"
	}
	return strings.Join(b.Keys, " ")
}
