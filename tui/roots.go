package tui

// roots are the screens that keys 1 to 6 show.
func roots(cfg Config) []stack {
	out := []stack{{newSagas()}}
	if inv := cfg.Inventory; inv != nil {
		out = append(out, stack{newDroplets(inv)}, stack{newDomains(inv)})
	}
	return append(out, stack{newResources()}, stack{newMessages()}, stack{newLogs()})
}
