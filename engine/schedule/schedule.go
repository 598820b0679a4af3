package schedule

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
)

// The collections of documents: what was asked for, and what became of it.
const (
	Collection = "schedules"
	States     = "schedules.state"
)

// Schedule is a document: what to launch, and when.
type Schedule struct {
	Name   string        `json:"-"`
	Kind   string        `json:"kind"`
	Steps  []string      `json:"steps,omitempty"` // of an ad-hoc kind
	Inputs engine.Inputs `json:"inputs,omitempty"`

	Cron  string `json:"cron,omitempty"`  // five fields of local time in Zone; or Every
	Every Span   `json:"every,omitempty"` // equal intervals
	Zone  string `json:"tz,omitempty"`    // of Cron; empty: UTC

	Overlap Overlap `json:"overlap,omitempty"`
	Misfire Misfire `json:"misfire,omitempty"`
	Window  Span    `json:"window,omitempty"`   // how late an occurrence may be launched; 0: an hour
	Jitter  Span    `json:"jitter,omitempty"`   // each occurrence is put off by a share of this that is always the same
	ForEach string  `json:"for_each,omitempty"` // "tag:web": one saga for each thing that has the tag

	OnFailure engine.OnFailure `json:"on_failure,omitempty"`
	Paused    *Pause           `json:"paused,omitempty"`
	// Demand is who would have to agree to what it launches, by a plan of now; it is only for Put, which asks them.
	Demand *engine.Demand `json:"-"`
	// Since is when the schedule was made or changed: earlier occurrences are none.
	Since engine.Time `json:"since"`
}

// Pause says who keeps a schedule from firing, and why.
type Pause struct {
	By  string      `json:"by"`
	Why string      `json:"why"`
	At  engine.Time `json:"at"`
}

// Overlap says what to do while a saga of the occurrence before is not at rest.
type Overlap string

// The ways to treat an overlap.
const (
	OverlapSkip  Overlap = ""      // leave the occurrence out
	OverlapQueue Overlap = "queue" // launch it all the same: the locks decide whose turn it is
)

// Misfire says what to do with occurrences that are too late.
type Misfire string

// The ways to treat what is too late.
const (
	MisfireSkip Misfire = ""     // it is missed
	MisfireOnce Misfire = "once" // the newest is launched however late it is, the others are missed
)

// Span is a time span that JSON and YAML carry as text: "1h30m".
type Span time.Duration

// String is the span without parts that are zero: "1h30m".
func (s Span) String() string {
	text := time.Duration(s).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalText writes the span as String does.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a span that is not negative.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d < 0 {
		return fmt.Errorf("%w: %.40q is not a time span: write 90s, 15m or 6h", engine.ErrInput, text)
	}
	*s = Span(d)
	return nil
}

// The bounds of a schedule.
const (
	defaultWindow = time.Hour
	maxWindow     = 7 * 24 * time.Hour
)

var goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,59}$`)

// Rule is when the schedule occurs.
func (s *Schedule) Rule() (Rule, error) {
	switch {
	case s.Cron != "" && s.Every != 0:
		return Rule{}, fmt.Errorf("%w: give cron or every, not both", engine.ErrInput)
	case s.Cron != "":
		return Cron(s.Cron, s.Zone)
	case s.Every == 0:
		return Rule{}, fmt.Errorf("%w: say when: give cron or every", engine.ErrInput)
	case s.Zone != "":
		return Rule{}, fmt.Errorf("%w: a zone is for cron: intervals are the same everywhere", engine.ErrInput)
	}
	return Every(time.Duration(s.Every))
}

// Check refuses what no schedule can be. Whether the kind takes the inputs is for the engine to say.
func (s *Schedule) Check() error {
	if _, err := s.Rule(); err != nil {
		return err
	}
	tag, tagged := strings.CutPrefix(s.ForEach, "tag:")
	switch {
	case !goodName.MatchString(s.Name):
		return fmt.Errorf("%w: name %.60q: use small letters, digits, dots and dashes, 60 at most", engine.ErrInput, s.Name)
	case s.Kind == "":
		return fmt.Errorf("%w: say what to launch: give a kind", engine.ErrInput)
	case s.ForEach != "" && (!tagged || tag == ""):
		return fmt.Errorf("%w: for_each %.60q: write tag:NAME", engine.ErrInput, s.ForEach)
	case s.Overlap != OverlapSkip && s.Overlap != OverlapQueue:
		return fmt.Errorf("%w: overlap %.20q is not skip or queue", engine.ErrInput, s.Overlap)
	case s.Misfire != MisfireSkip && s.Misfire != MisfireOnce:
		return fmt.Errorf("%w: misfire %.20q is not skip or once", engine.ErrInput, s.Misfire)
	case s.OnFailure != engine.OnFailureRollBack && s.OnFailure != engine.OnFailurePause:
		return fmt.Errorf("%w: on_failure %.20q is not pause", engine.ErrInput, s.OnFailure)
	case time.Duration(s.Window) > maxWindow || s.window() < time.Minute:
		return fmt.Errorf("%w: window %s: a minute at least, a week at most", engine.ErrInput, s.Window)
	case s.Jitter > 0 && time.Duration(s.Jitter) >= s.window():
		return fmt.Errorf("%w: jitter %s: less than the window, which is %s", engine.ErrInput, s.Jitter, Span(s.window()))
	}
	return nil
}

func (s *Schedule) window() time.Duration {
	if s.Window == 0 {
		return defaultWindow
	}
	return time.Duration(s.Window)
}

// due is when an occurrence is launched: at its time, put off by its share of the jitter.
func (s *Schedule) due(at time.Time) time.Time {
	if s.Jitter == 0 {
		return at
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s %d", s.Name, at.Unix()) // a hash takes everything
	return at.Add(time.Duration(h.Sum64()%uint64(s.Jitter/Span(time.Second)+1)) * time.Second)
}

// Hash names what people agree to when they approve the schedule: what it launches, how and when. That it is paused makes no difference.
func (s *Schedule) Hash() engine.PlanHash {
	is := *s
	is.Paused, is.Since = nil, engine.Time{}
	text, err := json.Marshal(struct {
		Name string `json:"name"`
		Schedule
	}{s.Name, is})
	if err != nil {
		return "" // of nothing that can be approved
	}
	return engine.HashOf(text)
}

// Of is a schedule's name as the engine knows what is defined.
func Of(name string) string { return Collection + "/" + name }

// Key is the launch key of an occurrence, for one thing where it is launched for each. It makes the launch exactly once.
func (s *Schedule) Key(at time.Time, thing string) string {
	key := "schedule:" + s.Name + ":" + at.UTC().Format(time.RFC3339)
	if thing != "" {
		key += ":" + thing
	}
	return key
}

// Result is what became of an occurrence.
type Result string

// The results.
const (
	Fired   Result = "fired"
	Skipped Result = "skipped"
	Missed  Result = "missed"
)

// Outcome is what became of one occurrence, or of several that were missed in a row.
type Outcome struct {
	At     engine.Time `json:"at"`
	Result Result      `json:"outcome"`
	Sagas  []engine.ID `json:"sagas,omitempty"`
	Why    string      `json:"why,omitempty"`
	// Refused says that something should have been launched and was not: a launch was refused, or there was nothing to launch it for.
	Refused bool `json:"refused,omitempty"`
}

// State is the other document of a schedule.
type State struct {
	DecidedUntil engine.Time `json:"decided_until"`
	Firing       engine.Time `json:"firing"`   // the occurrence that is being launched: durable before its first saga
	Outcomes     []Outcome   `json:"outcomes"` // the newest last, the last 50
}

const maxOutcomes = 50

// decided is the state after more was decided.
func (s State) decided(until time.Time, more ...Outcome) State {
	s.Outcomes = slices.Concat(s.Outcomes, more)
	if n := len(s.Outcomes); n > maxOutcomes {
		s.Outcomes = s.Outcomes[n-maxOutcomes:]
	}
	s.DecidedUntil, s.Firing = engine.At(until), engine.Time{}
	return s
}

// Last is the newest outcome; the zero Outcome when nothing was decided yet.
func (s State) Last() Outcome {
	if len(s.Outcomes) == 0 {
		return Outcome{}
	}
	return s.Outcomes[len(s.Outcomes)-1]
}

// read decodes a schedule's document.
func read(d engine.Doc) (Schedule, error) {
	var s Schedule
	if err := json.Unmarshal(d.Body, &s); err != nil {
		return Schedule{}, fmt.Errorf("read schedule %s: %w", d.Name, err)
	}
	s.Name = d.Name
	return s, nil
}
