package main

import (
	"fmt"
	"os"
	"strings"

	"arcadia/engine"
)

// host is how this process is called where several have a store open.
func (w wire) host() engine.Host {
	name := strings.TrimSpace(w.env("ARCADIA_HOST"))
	if name == "" {
		machine, err := os.Hostname()
		if err != nil {
			machine = "host"
		}
		name = fmt.Sprintf("%s-%d", machine, os.Getpid())
	}
	return engine.Host{Name: name, Version: w.build.Version}
}
