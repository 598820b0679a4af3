package dosim

import (
	"net/http"
	"strconv"
	"time"
)

const (
	shownHourly  = 5000 // what the headers say where no limit is set
	keysLimit    = 10   // the listing of SSH keys has its own, per minute
	keysWindow   = time.Minute
	hourlyWindow = time.Hour
)

// limiter counts requests per token over the last hour and the last minute.
type limiter struct {
	perMinute, perHour int // 0 = no limit
	tokens             map[string]*tally
}

// tally is one token's requests, oldest first.
type tally struct {
	all, keys []time.Time
}

// rate is what the rate-limit headers say.
type rate struct {
	limit, remaining int
	reset            time.Time // when the oldest counted request ages out
}

// admit counts one request of token, or refuses it. keys says that the request lists SSH
// keys. A refused request is not counted.
func (l *limiter) admit(token string, keys bool, now time.Time) (rate, error) {
	if l.perMinute == 0 && l.perHour == 0 {
		return rate{limit: shownHourly, remaining: shownHourly - 1, reset: now.Add(hourlyWindow)}, nil
	}
	if l.tokens == nil {
		l.tokens = map[string]*tally{}
	}
	t := l.tokens[token]
	if t == nil {
		t = &tally{}
		l.tokens[token] = t
	}
	t.all = since(t.all, now.Add(-hourlyWindow))
	t.keys = since(t.keys, now.Add(-keysWindow))

	recent := since(t.all, now.Add(-time.Minute))
	if l.perMinute > 0 && len(recent) >= l.perMinute {
		return l.hourly(t, now), tooMany(burstText, recent[0].Add(time.Minute).Sub(now))
	}
	if l.perHour > 0 && len(t.all) >= l.perHour {
		// Reports of the hourly refusal have no retry-after.
		return l.hourly(t, now), tooMany(hourlyText, 0)
	}
	if keys && len(t.keys) >= keysLimit {
		return keysRate(t, now), tooMany(burstText, t.keys[0].Add(keysWindow).Sub(now))
	}
	t.all = append(t.all, now)
	if keys {
		t.keys = append(t.keys, now)
		return keysRate(t, now), nil
	}
	return l.hourly(t, now), nil
}

func (l *limiter) hourly(t *tally, now time.Time) rate {
	limit := l.perHour
	if limit == 0 {
		limit = shownHourly
	}
	r := rate{limit: limit, remaining: max(0, limit-len(t.all)), reset: now.Add(hourlyWindow)}
	if len(t.all) > 0 {
		r.reset = t.all[0].Add(hourlyWindow)
	}
	return r
}

func keysRate(t *tally, now time.Time) rate {
	r := rate{limit: keysLimit, remaining: max(0, keysLimit-len(t.keys)), reset: now.Add(keysWindow)}
	if len(t.keys) > 0 {
		r.reset = t.keys[0].Add(keysWindow)
	}
	return r
}

// since drops the times at or before t. times is in ascending order.
func since(times []time.Time, t time.Time) []time.Time {
	i := 0
	for i < len(times) && !times[i].After(t) {
		i++
	}
	return times[i:]
}

// write puts the rate into the headers of an answer.
func (r rate) write(h http.Header) {
	h.Set("ratelimit-limit", strconv.Itoa(r.limit))
	h.Set("ratelimit-remaining", strconv.Itoa(r.remaining))
	h.Set("ratelimit-reset", strconv.FormatInt(r.reset.Unix(), 10))
}
