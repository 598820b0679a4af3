package sshd

import (
	"context"
	"errors"
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
	Commits  func() Commits
	Health   func(ctx context.Context) error // nil error: sagas are being driven
	Version  string
}

// SagaCount is how many sagas of a kind have a status. An empty kind means all of them.
type SagaCount struct {
	Kind   string
	Status engine.Status
	Count  int
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
	<-failed
	return nil
}

// Metrics serves /metrics and /healthz. It answers only to names of this machine, so that a page in somebody's
// browser cannot read it by pointing a name of its own here.
func Metrics(src Sources) http.Handler {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &figures{src})
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

var (
	descSagas    = prometheus.NewDesc("arcadia_sagas", "Sagas in the store.", []string{"kind", "status"}, nil)
	descHere     = prometheus.NewDesc("arcadia_sessions", "Sessions that are live.", []string{"role", "way"}, nil)
	descStarted  = prometheus.NewDesc("arcadia_sessions_total", "Sessions that were started.", nil, nil)
	descLogins   = prometheus.NewDesc("arcadia_logins_total", "Handshakes that were finished.", nil, nil)
	descRefused  = prometheus.NewDesc("arcadia_refused_total", "Connections and logins that were refused.", nil, nil)
	descCut      = prometheus.NewDesc("arcadia_cut_total", "Sessions and connections ended because the client did not read or answer.", nil, nil)
	descFaults   = prometheus.NewDesc("arcadia_faults_total", "Panics caught in sessions.", nil, nil)
	descLeft     = prometheus.NewDesc("arcadia_api_requests_left", "What is left of the API's hourly allowance.", nil, nil)
	descLimit    = prometheus.NewDesc("arcadia_api_requests_limit", "The API's hourly allowance.", nil, nil)
	descCommits  = prometheus.NewDesc("arcadia_commits_total", "Transactions that were made durable.", nil, nil)
	descEntries  = prometheus.NewDesc("arcadia_entries_total", "Ledger entries that were made durable.", nil, nil)
	descDuration = prometheus.NewDesc("arcadia_commit_seconds_total", "Time spent in transactions.", nil, nil)
	descBuild    = prometheus.NewDesc("arcadia_build_info", "Which build this is.", []string{"version"}, nil)
)

// figures asks the sources when it is asked.
type figures struct{ src Sources }

// Describe sends nothing: which figures there are depends on the sources.
func (f *figures) Describe(chan<- *prometheus.Desc) {}

// Collect asks the sources.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v float64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v)
	}
	gauge(descBuild, 1, f.src.Version)
	if f.src.Sagas != nil {
		ctx, cancel := context.WithTimeout(context.Background(), scrape)
		defer cancel()
		list, err := f.src.Sagas(ctx)
		if err != nil {
			out <- prometheus.NewInvalidMetric(descSagas, errors.New("count sagas: "+err.Error()))
		}
		for _, c := range list {
			gauge(descSagas, float64(c.Count), c.Kind, string(c.Status))
		}
	}
	if f.src.Sessions != nil {
		n := map[[2]string]int{{"viewer", "ssh"}: 0, {"operator", "ssh"}: 0, {"operator", "local"}: 0}
		for _, p := range f.src.Sessions() {
			way := "ssh"
			if p.Local {
				way = "local"
			}
			n[[2]string{string(p.Role), way}]++
		}
		for k, v := range n {
			gauge(descHere, float64(v), k[0], k[1])
		}
	}
	if f.src.Totals != nil {
		t := f.src.Totals()
		count(descStarted, float64(t.Sessions))
		count(descLogins, float64(t.Logins))
		count(descRefused, float64(t.Refused))
		count(descCut, float64(t.Cut))
		count(descFaults, float64(t.Faults))
	}
	if f.src.Budget != nil {
		b := f.src.Budget()
		gauge(descLimit, float64(b.Limit))
		if b.Remaining >= 0 {
			gauge(descLeft, float64(b.Remaining))
		}
	}
	if f.src.Commits != nil {
		c := f.src.Commits()
		count(descCommits, float64(c.Commits))
		count(descEntries, float64(c.Entries))
		count(descDuration, c.Took.Seconds())
	}
}
