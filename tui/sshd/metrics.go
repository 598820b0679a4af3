package sshd

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"arcadia/engine"
)

// Sources are where figures come from. Each is called at each scrape, from any goroutine, and should answer within a
// second. What is nil is not shown.
type Sources struct {
	Sagas    func(ctx context.Context) ([]SagaCount, error)
	Sessions func() []Presence
	Totals   func() Totals
	Budget   func() Budget
	Calls    func() []CallCount
	Commits  func() Commits
	Freeze   func() Freeze
	Nights   func(ctx context.Context) (Nights, error)
	Hosts    func() Hosts
	Steps    prometheus.Collector            // how long attempts at steps took
	Health   func(ctx context.Context) error // nil error: sagas are being driven
	Version  string

	Approvals prometheus.Collector // what was asked and said of them
}

// SagaCount is how many sagas of a kind have a status. An empty kind means all of them.
type SagaCount struct {
	Kind   string
	Status engine.Status
	Count  int
}

// CallCount is how many requests to the API of one kind had one outcome.
type CallCount struct {
	Kind, Outcome string
	Count         int64
}

// Who froze everything, as a label.
const (
	FrozenByOperator = "operator"
	FrozenByEngine   = "engine"
)

// Freeze says whether steps start. The zero value: they do.
type Freeze struct {
	On       bool   // frozen, or thawing
	By       string // FrozenByOperator or FrozenByEngine
	Width    int    // attempts that may be under way at once; 0: none starts
	InFlight int    // attempts under way
}

// Nights is what goes on by itself.
type Nights struct {
	Schedules   []Timed
	Waiting     int // deliveries that are to be sent
	Undelivered int // and those that were given up and need a person
}

// Timed is a schedule with what became of its last occurrences.
type Timed struct {
	Name     string
	Paused   bool
	Next     time.Time      // zero: none
	Last     time.Time      // its last occurrence that fired; zero: none
	Outcomes map[string]int // of the last occurrences, by result
	Missed   bool           // the last one was
}

// Hosts says who has the store open that several share.
type Hosts struct {
	Count      int
	Drives     bool // this one does
	Driverless bool // nobody has driven for longer than two leases
}

// Budget is what is left of the API's allowance.
type Budget struct {
	Limit     int // requests an hour
	Remaining int // as the service said last; -1 before its first answer
}

// Commits are sums since the store was opened.
type Commits struct {
	Commits int64         // transactions that are durable
	Entries int64         // ledger entries in them
	Took    time.Duration // all of them together
}

// scrape bounds what one request for figures may take.
const scrape = 5 * time.Second

// ListenMetrics opens the address for figures, which must be one of this machine's own: they tell kinds and names, and
// nobody has to log in for them.
func ListenMetrics(addr string) (net.Listener, error) {
	at, err := netip.ParseAddrPort(addr)
	if err != nil || !at.Addr().IsLoopback() {
		return nil, fmt.Errorf("metrics on %s: an address of this machine such as 127.0.0.1:9464 is needed; put a proxy with a login in front of it for others", addr)
	}
	var c net.ListenConfig
	ln, err := c.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return ln, nil
}

// ServeMetrics serves /metrics for Prometheus and /healthz on ln until ctx ends, which is nil. It closes ln.
func ServeMetrics(ctx context.Context, ln net.Listener, src Sources, log *slog.Logger) error {
	srv := &http.Server{
		Handler:           Metrics(src),
		ReadHeaderTimeout: scrape,
		ReadTimeout:       scrape,
		WriteTimeout:      2 * scrape,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve metrics: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := srv.Shutdown(end); err != nil {
		_ = srv.Close()
	}
	_ = <-failed
	return nil
}

// Metrics serves /metrics and /healthz. It answers only to names of this machine, so that a page in somebody's
// browser cannot read it by pointing a name of its own here.
func Metrics(src Sources) http.Handler {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &figures{src})
	for _, c := range []prometheus.Collector{src.Steps, src.Approvals} {
		if c != nil {
			reg.MustRegister(c)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: scrape,
	}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), scrape)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if src.Health != nil {
			if err := src.Health(ctx); err != nil {
				w.WriteHeader(http.StatusServiceUnavailable)
				_, _ = fmt.Fprintln(w, err)
				return
			}
		}
		_, _ = fmt.Fprintln(w, "ok")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownName(r.Host) {
			http.Error(w, "ask for this by an address of this machine", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func ownName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
