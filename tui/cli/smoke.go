package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/trial"
	"arcadia/engine/visible"
)

// tidyTime bounds the cleaning up after the tests. A snapshot that is being taken cannot be stopped, only waited for.
const tidyTime = 2 * time.Hour

func (t *tree) smokeCommand() *cobra.Command {
	var domain string
	var droplet int64
	var all, yes bool
	cmd := &cobra.Command{
		Use: "smoke", Short: "Run the smoke tests", Args: exactly(),
		Long: "smoke runs six sagas that show that forward, backward, create, change and\n" +
			"delete work, on the simulator or on a real account, where --domain and\n" +
			"--droplet are needed. It writes TXT records under a name of its own and takes\n" +
			"one snapshot, removes both, also when it is interrupted, and exits with 1\n" +
			"when anything differs or is left.\n\n" +
			"--all also runs every kind there is, forward and back, on a droplet and records\n" +
			"of its own that it removes afterwards, in some twenty minutes, and compares all\n" +
			"that the account has before and after. In a real account it makes one droplet\n" +
			"of the smallest size at a time, in the region of --droplet, says before what\n" +
			"that costs, and asks; what would change things that are there is left out.",
		Example: "arcadia smoke --demo --all\narcadia smoke --domain example.com --droplet 482913\narcadia smoke --all --domain example.com --droplet 482913",
	}
	cmd.Flags().StringVar(&domain, "domain", "", "the domain to write TXT records in")
	cmd.Flags().Int64Var(&droplet, "droplet", 0, "the id of the droplet to take a snapshot of")
	cmd.Flags().BoolVar(&all, "all", false, "also every kind there is, forward and back")
	cmd.Flags().BoolVar(&yes, "yes", false, "with --all: do not ask before a real account is used")
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !t.demo && !t.env.Token && t.context == nil {
			return errors.New("smoke needs an account: set DIGITALOCEAN_TOKEN, or use the simulator with --demo")
		}
		p, err := t.place(cmd.Context(), Act, "smoke")
		if err != nil {
			return err
		}
		defer p.Close()
		s, err := t.newSmoke(cmd.Context(), p, domain, droplet)
		if err != nil {
			return err
		}
		s.all, s.yes, s.live = all, yes, out.value == "table"
		err = s.run(cmd.Context())
		if !s.live {
			err = errors.Join(object(t.env.Out, s.results), err)
		}
		return err
	}
	return cmd
}

// smoke is one run of the six tests.
type smoke struct {
	t       *tree
	p       *Place
	subject trial.Subject
	live    bool // write a line as each test ends
	all     bool // every kind too
	yes     bool // nobody is asked
	numbers int  // how wide those of the tests are
	wide    int  // of the titles
	tour    trial.Tour
	stock   []string // what the account had

	sagas    []*engine.Saga // launched so far, as they were last seen
	removes  []bool         // of each: whether undoing it would bring something back
	results  []smokeResult
	snapshot string // how the name of a snapshot begins
}

// smokeResult is what `smoke -o json` prints for one test.
type smokeResult struct {
	Test     string       `json:"test"`
	Kind     string       `json:"kind,omitempty"` // of --all: that is run
	OK       bool         `json:"ok"`
	Omitted  string       `json:"omitted,omitempty"` // why it was not
	Sagas    []trial.Seen `json:"sagas"`
	Left     int          `json:"left"`           // things in the account that should not be there
	Problems []string     `json:"problems"`       // what differs from the table
	Gone     []string     `json:"gone,omitempty"` // made by the test, and past a point of no return
}

func (t *tree) newSmoke(ctx context.Context, p *Place, domain string, droplet int64) (*smoke, error) {
	switch {
	case p.Trials.Of == nil:
		return nil, errors.New("smoke is not available here")
	case p.Provider == nil:
		return nil, errors.New("smoke needs an account: set DIGITALOCEAN_TOKEN, or use the simulator with --demo")
	case !p.Simulated && (domain == "" || droplet == 0):
		return nil, misuse("smoke works on a real account here: name what it may use with --domain and --droplet")
	}
	if domain == "" {
		all, err := p.Provider.Domains(ctx)
		if err != nil || len(all) == 0 {
			return nil, cmp.Or(err, errors.New("smoke needs a domain and the account has none: add one at the provider"))
		}
		domain = all[0]
	}
	if droplet == 0 {
		all, err := p.Provider.Snapshottable(ctx)
		if err != nil || len(all) == 0 {
			return nil, cmp.Or(err, errors.New("smoke needs a droplet and the account has none: create one at the provider"))
		}
		droplet = all[0]
	}
	own := make([]byte, 4)
	_, _ = rand.Read(own) // never fails
	return &smoke{
		t: t, p: p, numbers: 2, wide: 30, results: []smokeResult{}, snapshot: p.Trials.Snapshot(droplet),
		subject: trial.Subject{Domain: domain, Name: "_arcadia-smoke-" + hex.EncodeToString(own), Droplet: droplet},
	}, nil
}

// run runs the tests and cleans up after them. An interruption ends the tests, and never the cleaning up.
func (s *smoke) run(ctx context.Context) error {
	trials, want := s.p.Trials.Of(s.subject), 0
	if s.all {
		if err := s.prepare(ctx); err != nil {
			return err
		}
		want = len(s.tour.Courses())
	}
	want += len(trials)
	// Recorded before the engine runs: then it is driven for certain, and the engine runs when the next one comes.
	if _, err := s.start(ctx, trials[0], trials[0].Launches[0]); err != nil {
		return err
	}
	return host(context.WithoutCancel(ctx), s.p, func(hosted context.Context) error {
		testing, stop := context.WithCancel(hosted)
		defer stop()
		defer context.AfterFunc(ctx, stop)()
		err := s.trials(testing, trials)
		if err == nil && s.all {
			err = s.courses(testing)
		}
		if ctx.Err() != nil {
			say(s.t.env.Err, "interrupted: cleaning up")
			err = errors.New("interrupted: the tests that are not shown did not run")
		}
		tidying, done := context.WithTimeout(hosted, tidyTime)
		defer done()
		err = errors.Join(err, s.endTour(tidying))
		left, lost := s.tidy(tidying)
		if lost != nil || left > 0 {
			return errors.Join(err, lost, s.remains(left))
		}
		if s.all {
			err = errors.Join(err, s.asBefore(tidying))
		}
		if err == nil && !s.passed(want) {
			err = exitError(Trouble)
		}
		return err
	})
}

func (s *smoke) remains(left int) error {
	what := fmt.Sprintf("%d things may be left", left)
	if left < 0 {
		what = "nobody knows what is left"
	}
	return fmt.Errorf("%s: look for TXT records at %s.%s and for snapshots %s*", what, s.subject.Name, s.subject.Domain, s.snapshot)
}

func (s *smoke) passed(want int) bool {
	for _, r := range s.results {
		if !r.OK {
			return false
		}
	}
	return len(s.results) == want
}

func (s *smoke) start(ctx context.Context, of trial.Trial, l engine.Launch) (*engine.Saga, error) {
	l.Reason = "smoke test"
	saga, err := s.p.Engine.Start(ctx, l)
	if err == nil {
		s.sagas, s.removes = append(s.sagas, saga), append(s.removes, of.Removes)
	}
	return saga, err
}

// end waits until a saga is at rest.
func (s *smoke) end(ctx context.Context, at int) error {
	saga, err := follow(ctx, s.p.Engine, s.sagas[at].ID, 0, watching{})
	if saga != nil {
		s.sagas[at] = saga
	}
	return err
}

// trials runs the tests. The first saga has been recorded by run.
func (s *smoke) trials(ctx context.Context, trials []trial.Trial) error {
	for n, test := range trials {
		result := smokeResult{Test: test.Test, Sagas: []trial.Seen{}, Problems: []string{}}
		var ids []string
		for i, l := range test.Launches {
			if n+i > 0 {
				if _, err := s.start(ctx, test, l); err != nil {
					return fmt.Errorf("%s: %w", test.Test, err)
				}
			}
			at := len(s.sagas) - 1
			if err := s.end(ctx, at); err != nil {
				return fmt.Errorf("%s: saga %s: %w", test.Test, s.sagas[at].Short, err)
			}
			ids = append(ids, s.sagas[at].Short)
			seen := trial.Of(s.sagas[at])
			result.Sagas = append(result.Sagas, seen)
			for _, p := range test.Wants[i].Differences(seen) {
				result.Problems = append(result.Problems, fmt.Sprintf("saga %s: %s", s.sagas[at].Short, p))
			}
		}
		records, snapshots, err := s.look(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", test.Test, err)
		}
		if len(records) < test.Records {
			result.Problems = append(result.Problems, fmt.Sprintf("%d TXT records where there should be %d", len(records), test.Records))
		}
		result.Left = max(0, len(records)-test.Records) + len(snapshots)
		result.OK = len(result.Problems) == 0 && result.Left == 0
		s.results = append(s.results, result)
		s.line(test, result, ids)
	}
	return nil
}

// line tells about one test as it ends.
func (s *smoke) line(test trial.Trial, r smokeResult, ids []string) {
	verdict := "ok"
	switch {
	case r.Omitted != "":
		verdict = "omitted"
	case !r.OK:
		verdict = "DIFFERS"
	}
	if s.live {
		text := fmt.Sprintf("%-*s  %-7s  %-*s  saga %-18s  left %d", s.numbers, r.Test, verdict, s.wide, test.Title, strings.Join(ids, " "), r.Left)
		_, _ = fmt.Fprintln(s.t.env.Out, visible.Text(text)) // the exit status says it too
	}
	for _, p := range r.Problems {
		say(s.t.env.Err, r.Test+": "+p)
	}
}

// look counts what is in the account under our own names, now.
func (s *smoke) look(ctx context.Context) (records, snapshots []string, err error) {
	if records, err = s.p.Provider.TXT(ctx, s.subject.Domain, s.subject.Name); err != nil {
		return nil, nil, err
	}
	all, err := s.p.Provider.Snapshots(ctx, s.subject.Droplet)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range all {
		for _, saga := range s.sagas {
			if name == s.snapshot+saga.Short {
				snapshots = append(snapshots, name)
			}
		}
	}
	return records, snapshots, nil
}

// tidy brings every saga to rest and takes back what is still there. It returns how many things are left, -1 when nobody
// can say.
func (s *smoke) tidy(ctx context.Context) (int, error) {
	var errs []error
	for at, v := range slices.Backward(s.sagas) {
		if v.Status.Terminal() {
			continue
		}
		// A deletion goes on to its end: undone it would put the record back. All else is undone.
		if !s.removes[at] {
			if err := s.p.Engine.Cancel(ctx, v.ID, engine.Request{Reason: "smoke test interrupted"}); err != nil && !errors.Is(err, engine.ErrRefused) {
				errs = append(errs, err)
			}
		}
		errs = append(errs, s.end(ctx, at))
	}
	records, snapshots, err := s.look(ctx)
	if err == nil && len(records)+len(snapshots) == 0 {
		return 0, errors.Join(errs...)
	}
	for at, v := range slices.Backward(s.sagas) {
		if v.Status != engine.Completed || s.removes[at] {
			continue
		}
		errs = append(errs, s.p.Engine.Rollback(ctx, v.ID, engine.Request{Reason: "smoke test"}), s.end(ctx, at))
	}
	if records, snapshots, err = s.look(ctx); err != nil {
		return -1, errors.Join(append(errs, err)...)
	}
	return len(records) + len(snapshots), errors.Join(errs...)
}
