package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine/night"
	words "arcadia/tui/say"
)

// mostBack is how many nights one can go back.
const mostBack = 365

func (t *tree) lastNightCommand() *cobra.Command {
	var back int
	var name string
	cmd := &cobra.Command{
		Use: "last-night", Short: "What ran last night, what went wrong, and what it costs now", Args: exactly(),
		Long: "last-night says what went on between 18:00 and 08:00, by the clocks of the zone\n" +
			"that most schedules are in: how sagas ended, what to look at, what was made and\n" +
			"deleted, and what that adds to the bill. Before 08:00 that is the night that is\n" +
			"still going on. A target with the event last_night gets the same every morning.",
		Example: "arcadia last-night\narcadia last-night --back 1\narcadia last-night --tz Europe/Berlin -o json",
	}
	cmd.Flags().IntVar(&back, "back", 0, "how many nights before the last")
	cmd.Flags().StringVar(&name, "tz", "", "the zone of evening and morning, in place of that of the schedules")
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if back < 0 || back > mostBack {
			return misuse("last-night --back: a number from 0 to %d", mostBack)
		}
		zone, err := time.LoadLocation(name)
		if err != nil {
			return misuse("last-night --tz: zone %.60q is not known: give a name such as Europe/Berlin", name)
		}
		p, err := t.place(cmd.Context(), Read, "last-night")
		if err != nil {
			return err
		}
		defer p.Close()
		from, to := night.Span(time.Now(), zone, back)
		if name == "" {
			from, to, err = night.When(cmd.Context(), p.Engine, time.Now(), time.Local, back)
			if err != nil {
				return err
			}
		}
		n, err := night.Read(cmd.Context(), p.Engine, from, to)
		if err != nil || out.value == "json" {
			return joined(err, func() error { return object(t.env.Out, n) })
		}
		for _, line := range words.Night(&n) {
			if _, err := fmt.Fprintln(t.env.Out, line); err != nil {
				return written(err)
			}
		}
		return nil
	}
	return cmd
}
