package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/schedule"
)

// state is how everything stands, as `status -o json` prints it.
type state struct {
	Account  string                `json:"account"`
	Total    int                   `json:"total"`
	ByStatus map[engine.Status]int `json:"by_status"`
	NeedsYou int                   `json:"needs_operator"`
	Frozen   *engine.Frozen        `json:"frozen"`

	Schedules int         `json:"schedules"`
	NextName  string      `json:"next_schedule,omitempty"` // the schedule that fires next
	NextAt    engine.Time `json:"next_firing"`             // and when; null for never
	Missed    []string    `json:"missed"`                  // schedules whose last occurrence was missed

	Undelivered int `json:"undelivered"` // deliveries that were given up; they count among what needs an operator
}

func (t *tree) statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "status", Short: "How everything stands: sagas, who is needed, a freeze", Args: exactly(),
		Long: "status says how many sagas there are and how they stand, how many need a\n" +
			"person, and whether everything is frozen: by whom, why, and what is still under\n" +
			"way.",
		Example: "arcadia status\narcadia status -o json",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "status", func(ctx context.Context, p *Place, _ []string) error {
		s, err := stateOf(ctx, p)
		switch {
		case err != nil:
			return err
		case out.value == "json":
			return object(t.env.Out, s)
		}
		return columns(t.env.Out, stateRows(s))
	})
	return cmd
}

func stateOf(ctx context.Context, p *Place) (state, error) {
	counts, err := p.Engine.Counts(ctx)
	if err != nil {
		return state{}, err
	}
	s := state{Account: p.Name, Total: counts.Total, ByStatus: map[engine.Status]int{}, NeedsYou: counts.ByStatus[engine.Failed], Frozen: p.Engine.Frozen()}
	for _, st := range engine.Statuses() {
		s.ByStatus[st] = counts.ByStatus[st]
	}
	running, err := pages(ctx, p.Engine, engine.Query{Statuses: []engine.Status{engine.Running}})
	if err != nil {
		return state{}, err
	}
	for i := range running {
		if running[i].NeedsOperator() {
			s.NeedsYou++
		}
	}
	given, err := notify.NotDelivered(ctx, p.Engine)
	if err != nil {
		return state{}, err
	}
	s.Undelivered = len(given)
	s.NeedsYou += s.Undelivered
	err = s.look(ctx, p)
	return s, err
}

// look adds what is launched by itself.
func (s *state) look(ctx context.Context, p *Place) error {
	all, err := schedule.List(ctx, p.Engine, time.Now())
	if err != nil {
		return err
	}
	s.Schedules, s.Missed = len(all), []string{}
	for _, v := range all {
		if !v.Next.IsZero() && (s.NextAt.IsZero() || v.Next.Before(s.NextAt.Time)) {
			s.NextName, s.NextAt = v.Name, v.Next
		}
		if v.State.Last().Result == schedule.Missed {
			s.Missed = append(s.Missed, v.Name)
		}
	}
	return nil
}

func stateRows(s state) [][]string {
	var parts []string
	for _, st := range engine.Statuses() {
		if n := s.ByStatus[st]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, st))
		}
	}
	rows := [][]string{{"account", s.Account}, {"sagas", strings.TrimRight(strconv.Itoa(s.Total)+"  "+strings.Join(parts, ", "), " ")}}
	if s.NeedsYou > 0 {
		rows = append(rows, []string{"need you", strconv.Itoa(s.NeedsYou)})
	}
	if s.Undelivered > 0 {
		rows = append(rows, []string{"undelivered", strconv.Itoa(s.Undelivered) + ", see arcadia deliveries --undelivered"})
	}
	if s.NextName != "" {
		rows = append(rows, []string{"next", s.NextName + " " + soon(s.NextAt)})
	}
	if len(s.Missed) > 0 {
		rows = append(rows, []string{"missed", strings.Join(s.Missed, ", ")})
	}
	return append(rows, []string{"freeze", freezeText(s.Frozen)})
}
