package host

import (
	"fmt"
	"os"
	"os/user"
	"strings"

	"arcadia/engine"
	"arcadia/engine/policy"
	"arcadia/tui/cli"
)

// Self is how this process is called where several have a store open: as ARCADIA_HOST says, or by its machine and number.
func Self(env func(string) string, version string) engine.Host {
	name := strings.TrimSpace(env("ARCADIA_HOST"))
	if name == "" {
		machine, err := os.Hostname()
		if err != nil {
			machine = "host"
		}
		name = fmt.Sprintf("%s-%d", machine, os.Getpid())
	}
	return engine.Host{Name: name, Address: strings.TrimSpace(env("ARCADIA_HOST_ADDRESS")), Version: version}
}

// Operator is the name by which the verbs of this process are recorded.
func Operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "user-" + strings.TrimSpace(os.Getenv("USER"))
}

// Seal seals the memory of a process that has a token, and says so where that cannot be done.
func Seal() {
	if err := SealMemory(); err != nil {
		fmt.Fprintln(os.Stderr, "arcadia: "+err.Error())
	}
}

// Policy is the file of what holds for every launch, and how to read it; without a folder for settings there is none.
func Policy(env func(string) string) (file string, read func() (engine.Policy, error)) {
	file, err := cli.PolicyFile(env)
	if err != nil {
		return "", nil
	}
	return file, policy.File(file).Policy
}
