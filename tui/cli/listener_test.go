package cli_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// listener starts somebody who takes what is sent: receiver. Its address is $RECEIVER; a GET gives all bodies so far. receiver away sends
// everybody on to where clouds keep their secrets, receiver strange has a certificate that nobody here has issued.
func listener(ts *testscript.TestScript, neg bool, args []string) {
	away, strange := slices.Contains(args, "away"), slices.Contains(args, "strange")
	if neg || len(args) > 1 || len(args) == 1 && !away && !strange {
		ts.Fatalf("usage: receiver [away|strange]")
	}
	var mu sync.Mutex
	var bodies []byte
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodGet {
			_, _ = w.Write(bodies)
			return
		}
		body, _ := io.ReadAll(r.Body)
		bodies = append(append(bodies, body...), '\n')
		if away {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if strange {
		server.StartTLS()
	} else {
		server.Start()
	}
	ts.Defer(server.Close)
	ts.Setenv("RECEIVER", server.URL)
}
