package tui

// roots are the screens that keys 0 to 9 show.
func roots(cfg Config) []stack {
	out := []stack{{newSagas()}}
	if inv := cfg.Inventory; inv != nil {
		out = append(out, stack{newDroplets(inv)}, stack{newDomains(inv)})
	}
	out = append(out, stack{newResources(cfg)}, stack{newMessages()}, stack{newLogs()})
	if cfg.Orphans != nil || cfg.Inventory != nil {
		out = append(out, stack{newSnapshots(cfg)})
	}
	if inv := cfg.Inventory; inv != nil {
		out = append(out, stack{newNetwork(inv)})
	}
	out = append(out, stack{newSchedules()}, stack{newSettings()})
	if read := cfg.Operators; read != nil {
		out = append(out, stack{newOperators(read)})
	}
	if crowd, look := cfg.Crowd, cfg.Cluster; crowd != nil && look != nil {
		out = append(out, stack{newHosts(crowd, look)})
	}
	return out
}
