package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/tui"
	words "arcadia/tui/say"
)

func (t *tree) hostsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "hosts", Short: "Who has a store open that several hosts share, and who drives", Args: exactly(),
		Long: "hosts lists the hosts of a store that several share: which one drives, who is on\n" +
			"which, and why one cannot drive; then the servers of the store. It exits with 1\n" +
			"when nobody drives.",
		Example: "arcadia hosts --store etcd://127.0.0.1:2379/prod\narcadia hosts -o json",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "hosts", func(ctx context.Context, p *Place, _ []string) error {
		if p.Hosts == nil {
			return errors.New("hosts: only one process can have this store open: name one in etcd with --store (see docs/HOSTS.md)")
		}
		hosts, err := p.Hosts(ctx)
		if err != nil {
			return err
		}
		cluster, err := p.Cluster(ctx)
		if err != nil {
			return err
		}
		unfinished, err := p.Engine.List(ctx, engine.Query{Statuses: []engine.Status{engine.Pending, engine.Running, engine.Compensating}, Oldest: true, Limit: 1000})
		if err != nil {
			return err
		}
		if out.value == "json" {
			err = object(t.env.Out, struct {
				Hosts []engine.Host `json:"hosts"`
				tui.Cluster
			}{append([]engine.Host{}, hosts...), cluster})
		} else {
			err = t.listHosts(hosts, &cluster, unfinished.Items)
		}
		if err != nil {
			return err
		}
		for _, h := range hosts {
			if h.Drives {
				return nil
			}
		}
		say(t.env.Err, "nobody drives: no step of any saga starts until a host does")
		return exitError(Trouble)
	})
	return cmd
}

// listHosts prints who is there, why one cannot drive, and the members.
func (t *tree) listHosts(hosts []engine.Host, c *tui.Cluster, unfinished []engine.Summary) error {
	rows := [][]string{{"HOST", "ROLE", "ADDRESS", "VERSION", "SINCE", "HEARD", "OPERATORS"}}
	newest, notes := "", []string{}
	for i := range hosts {
		if lacks, _ := words.Lacks(&hosts[i], unfinished); len(lacks) == 0 {
			newest = hosts[i].Version
		}
	}
	for i := range hosts {
		h := &hosts[i]
		role := "follows"
		if h.Drives {
			role = "drives"
		}
		var people []string
		for _, p := range c.People {
			if p.Host == h.Name {
				people = append(people, p.Name)
			}
		}
		heard := "-"
		if ms, ok := c.Heard[h.Name]; ok {
			heard = strconv.Itoa(ms/1000) + " s"
		}
		rows = append(rows, []string{h.Name, role, cmp.Or(h.Address, "-"), h.Version, h.Since.UTC().Format(time.DateTime), heard, strings.Join(people, ", ")})
		if why := words.CannotDrive(h, unfinished, newest); why != "" {
			notes = append(notes, h.Name+" "+why)
		}
	}
	for _, what := range words.Unlike(hosts) {
		notes = append(notes, "the hosts differ: "+what)
	}
	if err := columns(t.env.Out, listed(rows)); err != nil {
		return err
	}
	for _, n := range notes {
		say(t.env.Err, n)
	}
	rows = [][]string{{"MEMBER", "ROLE", "VERSION", "BEHIND", "SIZE MB", "QUOTA MB", "ROUND TRIP"}}
	for _, m := range c.Members {
		if m.Version == "" {
			rows = append(rows, []string{m.Name, m.Trouble, "-", "-", "-", "-", "-"})
			continue
		}
		role := "follows"
		if m.Leads {
			role = "leads"
		}
		rows = append(rows, []string{m.Name, role, m.Version, strconv.FormatUint(m.Behind, 10), strconv.FormatInt(m.Used>>20, 10), strconv.FormatInt(m.Quota>>20, 10), fmt.Sprintf("%.1f ms", float64(m.RoundTrip)/1000)})
	}
	if _, err := fmt.Fprintln(t.env.Out); err != nil {
		return written(err)
	}
	if text := words.Fullness(c.Full); text != "" {
		say(t.env.Err, text)
	}
	return columns(t.env.Out, listed(rows))
}
