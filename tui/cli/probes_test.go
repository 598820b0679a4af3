package cli_test

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatAProbeMayNotDoOrBelieveIsSaid launches, by the real program, a wait for servers that lead elsewhere, never end, or are not who they say:
// none of them is good, and each is told with its own sentence.
func TestWhatAProbeMayNotDoOrBelieveIsSaid(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	for path, to := range map[string]string{"/away": "http://127.0.0.2:1/", "/metadata": "http://169.254.169.254/", "/again": "/again"} {
		mux.Handle(path, http.RedirectHandler(to, http.StatusFound))
	}
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	plain, secret := httptest.NewServer(mux), httptest.NewTLSServer(mux)
	t.Cleanup(plain.Close)
	t.Cleanup(secret.Close)
	home := t.TempDir()
	for name, c := range map[string]struct {
		inputs string
		exit   int
		says   string
	}{
		"redirected to another host":     {"http=" + plain.URL + "/away", 3, "it redirects to another host, 127.0.0.2"},
		"redirected to metadata":         {"http=" + plain.URL + "/metadata", 3, "it redirects to another host, 169.254.169.254"},
		"redirected without end":         {"http=" + plain.URL + "/again", 3, "it redirects without end"},
		"an endless body":                {"http=" + plain.URL + "/endless contains=zzz", 3, "the answer does not hold"},
		"a certificate of nobody":        {"http=" + secret.URL + "/", 3, "failed to verify certificate"},
		"a name of nothing":              {"tcp=nobody.invalid:80", 3, "nobody.invalid"},
		"metadata":                       {"http=http://169.254.169.254/metadata/v1", 2, "is link-local or of the provider's metadata: nothing is looked at there"},
		"metadata as IPv6":               {"tcp=[::ffff:a9fe:a9fe]:80", 2, "is link-local or of the provider's metadata: nothing is looked at there"},
		"link-local, on one interface":   {"tcp=[fe80::1%lo]:22", 2, "is link-local or of the provider's metadata: nothing is looked at there"},
		"a name server that is metadata": {"dns=www.example.com/A=192.0.2.7 at=169.254.169.254", 2, "is link-local or of the provider's metadata: nothing is looked at there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"launch", "adhoc", "--steps", "wait_for", "within=1s", "every=1s", "good=1"}, strings.Fields(c.inputs)...)
			cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), args...)
			cmd.Env = []string{"HOME=" + home, "ARCADIA_DB=" + filepath.Join(t.TempDir(), "arcadia.db")}
			if out, status := run(cmd); status != c.exit || !strings.Contains(out, c.says) {
				t.Errorf("exit status %d, want %d and %q:\n%s", status, c.exit, c.says, out)
			}
		})
	}
}
