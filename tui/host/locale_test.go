package host_test

import (
	"testing"

	"arcadia/tui/host"
)

func TestALocaleThatIsNotUTF8MeansASCII(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		all, ctype, lang, term string
		want                   bool
	}{
		{"", "", "C.UTF-8", "xterm", false},
		{"", "", "de_DE.utf8", "linux", false},
		{"", "", "C", "xterm", true},
		{"", "", "POSIX", "xterm", true},
		{"", "", "en_US.ISO-8859-1", "xterm", true},
		{"C", "en_US.UTF-8", "en_US.UTF-8", "xterm", true},
		{"", "en_US.UTF-8", "C", "xterm", false},
		{"", "", "", "xterm", false},
		{"", "", "", "linux", true},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang, "TERM": c.term}
		if got := host.ASCIIOnly(func(name string) string { return env[name] }); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestATerminalOverSSHOrMoshIsRemote(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]bool{"SSH_TTY=/dev/pts/1": true, "SSH_CONNECTION=a b": true, "MOSH_CONNECTION=1": true, "SSH_TTY=": false, "SSH_AUTH_SOCK=/x": false, "TERM=xterm": false} {
		if got := host.Remote([]string{v}); got != want {
			t.Errorf("%s: %v", v, got)
		}
	}
}
