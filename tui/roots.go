package tui

// roots are the screens that keys 1 to 5 show.
func roots(cfg Config) []stack {
	return []stack{{newSagas()}, {&messages{}}}
}
