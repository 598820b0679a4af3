package dosim

import (
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"testing"
	"time"
)

func TestPageLinksNameOnlyTheNeighborsThereAre(t *testing.T) {
	t.Parallel()
	query := url.Values{"per_page": {"5"}, "type": {"A"}}
	for _, tt := range []struct {
		number, last int
		want         map[string]string
	}{
		{1, 1, nil},
		{1, 3, map[string]string{"next": "2", "last": "3"}},
		{2, 3, map[string]string{"first": "1", "prev": "1", "next": "3", "last": "3"}},
		{3, 3, map[string]string{"first": "1", "prev": "2"}},
		{9, 3, map[string]string{"first": "1", "prev": "3"}},
	} {
		got := map[string]string{}
		links := pageLinks("https://h/v2/x", query, tt.number, tt.last)
		if len(links) > 0 {
			for _, page := range links[0].value.(inOrder) {
				rel, link := page.key, page.value
				u, err := url.Parse(link.(string))
				if err != nil || u.Host != "h" || u.Path != "/v2/x" || u.Query().Get("per_page") != "5" || u.Query().Get("type") != "A" {
					t.Errorf("page %d of %d: link %s is %v", tt.number, tt.last, rel, link)
				}
				got[rel] = u.Query().Get("page")
			}
		}
		if !maps.Equal(got, tt.want) {
			t.Errorf("page %d of %d has links %v, want %v", tt.number, tt.last, got, tt.want)
		}
	}
	if query.Has("page") {
		t.Error("the request's own query was changed")
	}
}

func TestPathsMatchFaultPatterns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"", "/v2/anything", true},
		{"/v2/domains", "/v2/domains", true},
		{"/v2/domains", "/v2/domains/example.com", false},
		{"/v2/domains/*/records", "/v2/domains/example.com/records", true},
		{"/v2/domains/*/records", "/v2/domains/example.com/records/7", false},
		{"/v2/domains/*/records/*", "/v2/domains/example.com/records/7", true},
		{"/v2/domains/**", "/v2/domains/example.com/records/7", true},
		{"/v2/domains/**", "/v2/domains", false},
		{"/v2/*/**", "/v2/droplets/7", true},
		{"/v2/[", "/v2/[", false},
	} {
		if got := pathMatches(tt.pattern, tt.path); got != tt.want {
			t.Errorf("%q matches %q: %v, want %v", tt.pattern, tt.path, got, tt.want)
		}
	}
}

func TestAFaultSkipsThenMeetsItsCount(t *testing.T) {
	t.Parallel()
	var book faultBook
	book.add(Fault{Kind: FaultServerError, Method: "post", Skip: 1, Count: 2})
	var met []bool
	for _, method := range []string{"GET", "POST", "POST", "POST", "POST"} {
		met = append(met, book.meet(method, "/v2/x", FaultServerError) != nil)
	}
	if want := []bool{false, false, true, true, false}; !slices.Equal(met, want) {
		t.Errorf("met %v, want %v", met, want)
	}
}

func TestTheLimiterCountsEachTokenInItsWindows(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 8, 7, 12, 0, 0, 0, time.UTC)
	l := limiter{perMinute: 3, perHour: 5}
	admit := func(token string, after time.Duration) (rate, *refusal) {
		r, err := l.admit(token, false, start.Add(after))
		var no *refusal
		errors.As(err, &no)
		return r, no
	}
	for i := range 3 {
		r, no := admit("a", time.Duration(i)*time.Second)
		if no != nil || r.remaining != 4-i || !r.reset.Equal(start.Add(time.Hour)) {
			t.Fatalf("request %d: %+v %v", i, r, no)
		}
	}
	if _, no := admit("a", 10*time.Second); no == nil || no.message != burstText || no.retryAfter != 50*time.Second {
		t.Fatalf("a fourth request in the minute is answered %+v", no)
	}
	if _, no := admit("b", 10*time.Second); no != nil {
		t.Fatalf("another token is refused: %v", no)
	}
	for _, after := range []time.Duration{60 * time.Second, 61 * time.Second} {
		if _, no := admit("a", after); no != nil {
			t.Fatalf("at %s: %v", after, no)
		}
	}
	if _, no := admit("a", 10*time.Minute); no == nil || no.message != hourlyText || no.retryAfter != 0 {
		t.Fatalf("a sixth request in the hour is answered %+v", no)
	}
	if _, no := admit("a", time.Hour); no != nil {
		t.Fatalf("when the oldest has aged out: %v", no)
	}
}

func TestPresenceShowsLateAndGhostlyThings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 8, 7, 12, 0, 0, 0, time.UTC)
	readings := func(p *presence, n int, at time.Time) (shown []bool) {
		for range n {
			shown = append(shown, p.seen(at))
		}
		return shown
	}
	var late presence
	late.delay(&armedFault{Fault: Fault{Times: 2}}, now)
	if got := readings(&late, 4, now); !slices.Equal(got, []bool{false, false, true, true}) {
		t.Errorf("late by two readings: %v", got)
	}
	var slow presence
	slow.delay(&armedFault{Fault: Fault{Delay: time.Minute}}, now)
	if slow.seen(now) || slow.seen(now.Add(59*time.Second)) || !slow.seen(now.Add(time.Minute)) {
		t.Error("late by a minute: wrong reading")
	}
	var ghost presence
	ghost.remove(&armedFault{Fault: Fault{Times: 1}}, now)
	if ghost.faded(now) {
		t.Error("a ghost with a reading left has faded")
	}
	if got := readings(&ghost, 2, now); !slices.Equal(got, []bool{true, false}) || !ghost.faded(now) {
		t.Errorf("ghost for one reading: %v", got)
	}
	var fading presence
	fading.remove(&armedFault{Fault: Fault{Delay: time.Minute}}, now)
	if soon, later := now.Add(59*time.Second), now.Add(time.Minute); !fading.seen(soon) || fading.faded(soon) ||
		fading.seen(later) || !fading.faded(later) {
		t.Error("ghost for a minute: wrong reading")
	}
}

func TestPlannedEventsRunInOrderOnceDue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 8, 7, 12, 0, 0, 0, time.UTC)
	var a agenda
	var ran []int
	for i, after := range []time.Duration{3, 1, 1, 2, 9} {
		a.add(now.Add(after*time.Second), func() { ran = append(ran, i) })
	}
	a.run(now.Add(3 * time.Second))
	if want := []int{1, 2, 3, 0}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
}

func TestNumbersMayBeWrittenAsFloats(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"12": 12, "12.0": 12, "1e3": 1000, "0": 0, "-1": -1} {
		var n number
		if err := json.Unmarshal([]byte(in), &n); err != nil || int64(n) != want {
			t.Errorf("%s reads as %d, %v", in, n, err)
		}
	}
	for _, in := range []string{"1.5", `"12"`, "1e300", "true"} {
		var n number
		if err := json.Unmarshal([]byte(in), &n); err == nil {
			t.Errorf("%s reads as %d", in, n)
		}
	}
}

func TestRequestIDsAreVersion4UUIDs(t *testing.T) {
	t.Parallel()
	s := New(WithEmptyWorld())
	for range 100 {
		id := s.uuid()
		if len(id) != 36 || id[14] != '4' || !slices.Contains([]byte("89ab"), id[19]) {
			t.Fatalf("%s is no version 4 UUID", id)
		}
	}
}

func TestTheRequestLogKeepsTheLatest(t *testing.T) {
	t.Parallel()
	var l requestLog
	for i := range logSize + 3 {
		l.add(Request{Status: i})
	}
	all := l.all()
	if len(all) != logSize || all[0].Status != 3 || all[logSize-1].Status != logSize+2 {
		t.Errorf("%d entries from %d to %d", len(all), all[0].Status, all[len(all)-1].Status)
	}
}
