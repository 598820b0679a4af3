package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// listener starts somebody who takes what is sent: receiver. Its address is $RECEIVER; a GET gives all bodies so far.
func listener(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: receiver")
	}
	var mu sync.Mutex
	var bodies []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodGet {
			_, _ = w.Write(bodies)
			return
		}
		body, _ := io.ReadAll(r.Body)
		bodies = append(append(bodies, body...), '\n')
		w.WriteHeader(http.StatusNoContent)
	}))
	ts.Defer(server.Close)
	ts.Setenv("RECEIVER", server.URL)
}
