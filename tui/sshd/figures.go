package sshd

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	descSagas    = prometheus.NewDesc("arcadia_sagas", "Sagas in the store; of an empty kind while they are not counted by kind yet.", []string{"kind", "status"}, nil)
	descHere     = prometheus.NewDesc("arcadia_sessions", "Sessions that are live.", []string{"role", "way"}, nil)
	descStarted  = prometheus.NewDesc("arcadia_sessions_total", "Sessions that were started.", nil, nil)
	descLogins   = prometheus.NewDesc("arcadia_logins_total", "Handshakes that were finished.", nil, nil)
	descRefused  = prometheus.NewDesc("arcadia_refused_total", "Connections and logins that were refused.", nil, nil)
	descCut      = prometheus.NewDesc("arcadia_cut_total", "Sessions and connections ended because the client did not read or answer.", nil, nil)
	descFaults   = prometheus.NewDesc("arcadia_faults_total", "Panics caught in sessions.", nil, nil)
	descLeft     = prometheus.NewDesc("arcadia_api_requests_left", "What is left of the API's hourly allowance.", nil, nil)
	descLimit    = prometheus.NewDesc("arcadia_api_requests_limit", "The API's hourly allowance.", nil, nil)
	descCalls    = prometheus.NewDesc("arcadia_api_requests_total", "Requests to the API.", []string{"request", "outcome"}, nil)
	descFrozen   = prometheus.NewDesc("arcadia_frozen", "1 while no step starts.", []string{"by"}, nil)
	descThawing  = prometheus.NewDesc("arcadia_thawing_width", "Attempts that may be under way at once while a freeze thaws; 0 when none does.", nil, nil)
	descInFlight = prometheus.NewDesc("arcadia_frozen_in_flight", "Attempts under way while everything is frozen or thaws.", nil, nil)
	descCommits  = prometheus.NewDesc("arcadia_commits_total", "Transactions that were made durable.", nil, nil)
	descEntries  = prometheus.NewDesc("arcadia_entries_total", "Ledger entries that were made durable.", nil, nil)
	descDuration = prometheus.NewDesc("arcadia_commit_seconds_total", "Time spent in transactions.", nil, nil)
	descOutcomes = prometheus.NewDesc("arcadia_schedule_outcomes", "The last occurrences of a schedule, at most 50, by what became of them.", []string{"schedule", "outcome"}, nil)
	descNext     = prometheus.NewDesc("arcadia_schedule_next_timestamp_seconds", "When a schedule fires next; not there while it is paused.", []string{"schedule"}, nil)
	descFired    = prometheus.NewDesc("arcadia_schedule_fired_timestamp_seconds", "When the last occurrence that fired was due.", []string{"schedule"}, nil)
	descMissed   = prometheus.NewDesc("arcadia_schedule_missed", "1 while the last occurrence of a schedule was missed.", []string{"schedule"}, nil)
	descPaused   = prometheus.NewDesc("arcadia_schedule_paused", "1 while a schedule is paused.", []string{"schedule"}, nil)
	descOutbox   = prometheus.NewDesc("arcadia_deliveries", "Deliveries that wait to be sent, and those that were given up and need a person.", []string{"state"}, nil)
	descHosts    = prometheus.NewDesc("arcadia_hosts", "Hosts that have the store open.", nil, nil)
	descDrives   = prometheus.NewDesc("arcadia_drives", "1 while this host drives sagas.", nil, nil)
	descNobody   = prometheus.NewDesc("arcadia_driverless", "1 while no host has driven for longer than two leases.", nil, nil)
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
	count := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
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
	if f.src.Calls != nil {
		for _, c := range f.src.Calls() {
			count(descCalls, float64(c.Count), c.Kind, c.Outcome)
		}
	}
	if f.src.Freeze != nil {
		z := f.src.Freeze()
		for _, by := range []string{FrozenByOperator, FrozenByEngine} {
			on := 0.0
			if z.On && z.Width == 0 && z.By == by {
				on = 1
			}
			gauge(descFrozen, on, by)
		}
		gauge(descThawing, float64(z.Width))
		gauge(descInFlight, float64(z.InFlight))
	}
	f.nights(out, gauge)
	if f.src.Hosts != nil {
		h := f.src.Hosts()
		gauge(descHosts, float64(h.Count))
		gauge(descDrives, is(h.Drives))
		gauge(descNobody, is(h.Driverless))
	}
	if f.src.Commits != nil {
		c := f.src.Commits()
		count(descCommits, float64(c.Commits))
		count(descEntries, float64(c.Entries))
		count(descDuration, c.Took.Seconds())
	}
}

// nights gives what goes on by itself.
func (f *figures) nights(out chan<- prometheus.Metric, gauge func(d *prometheus.Desc, v float64, labels ...string)) {
	if f.src.Nights == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrape)
	defer cancel()
	n, err := f.src.Nights(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(descOutcomes, errors.New("look at schedules: "+err.Error()))
		return
	}
	yes := map[bool]float64{true: 1}
	for _, s := range n.Schedules {
		for result, n := range s.Outcomes {
			gauge(descOutcomes, float64(n), s.Name, result)
		}
		if !s.Next.IsZero() {
			gauge(descNext, float64(s.Next.Unix()), s.Name)
		}
		if !s.Last.IsZero() {
			gauge(descFired, float64(s.Last.Unix()), s.Name)
		}
		gauge(descMissed, yes[s.Missed], s.Name)
		gauge(descPaused, yes[s.Paused], s.Name)
	}
	gauge(descOutbox, float64(n.Waiting), "waiting")
	gauge(descOutbox, float64(n.Undelivered), "undelivered")
}

// is a condition as a figure.
func is(so bool) float64 {
	if so {
		return 1
	}
	return 0
}
