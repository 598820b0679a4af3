package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// What a completion may cost: a shell waits for it at every press of a key.
const (
	completionTime = time.Second
	maxOffers      = 100
	maxLooked      = maxPage // of the newest sagas, for what is to be found among them
)

// offering answers what can come at the place of typed, as name or as name, tab and description.
type offering func(ctx context.Context, p *Place, cmd *cobra.Command, args []string, typed string) []string

// completion makes shell completion of an offering. It never says what went wrong: a shell has no place for it. When the store
// is held by a process that can be attached to, that one is asked; see complete.
func (t *tree) completion(access Access, offer offering) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		const quiet = cobra.ShellCompDirectiveNoFileComp
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		p, err := t.place(ctx, access, "completion")
		if err != nil {
			errors.As(err, &t.held)
			return nil, quiet
		}
		defer p.Close()
		offers := slices.DeleteFunc(offer(ctx, p, cmd, args, typed), func(o string) bool { return !strings.HasPrefix(o, typed) })
		directive := quiet | cobra.ShellCompDirectiveKeepOrder
		for i, o := range offers {
			name, text, _ := strings.Cut(o, "\t")
			offers[i] = visible.Text(name) + "\t" + visible.Text(text)
			if strings.HasSuffix(name, "=") {
				directive |= cobra.ShellCompDirectiveNoSpace // the value comes next
			}
		}
		return offers[:min(len(offers), maxOffers)], directive
	}
}

// complete answers a shell that asks what can come next, here or where the store is held.
func (t *tree) complete(ctx context.Context, root *cobra.Command, args []string) error {
	var answer bytes.Buffer
	root.SetOut(&answer)
	root.SetErr(io.Discard)
	err := t.completeValue(ctx, root, args)
	if errors.Is(err, errNoValue) {
		err = root.ExecuteContext(ctx)
	}
	if t.held != nil {
		if status, err := t.held.Attach(ctx, args, false); err == nil && status == Done {
			return nil
		}
	}
	if err != nil {
		return err
	}
	_, err = answer.WriteTo(t.env.Out)
	return written(err)
}

// sagas offers the short ids of the sagas that a verb can be asked of, the newest first.
func (t *tree) sagas(fits func(*engine.Summary) bool, statuses ...engine.Status) cobra.CompletionFunc {
	return t.completion(Glance, func(ctx context.Context, p *Place, _ *cobra.Command, args []string, typed string) []string {
		if len(args) > 0 {
			return nil
		}
		var offers []string
		page, _ := p.Engine.List(ctx, engine.Query{Statuses: statuses, Limit: maxLooked}) // nothing found is nothing offered
		for i := range page.Items {
			if s := &page.Items[i]; (fits == nil || fits(s)) && strings.HasPrefix(s.Short, typed) && len(offers) < maxOffers {
				offers = append(offers, s.Short+"\t"+visible.Short(strings.TrimRight(s.Kind+"  "+s.Target, " "), maxCell)+"  "+standing(s))
			}
		}
		return offers
	})
}

// takes reports whether a verb can be asked of a saga, as far as its header tells.
func takes(v engine.Verb) func(*engine.Summary) bool {
	return func(s *engine.Summary) bool { return s.Refuses(v) == nil }
}

// left offers the failed sagas, and then the steps of the one that was named that have left something behind.
func (t *tree) left() cobra.CompletionFunc {
	sagas := t.sagas(nil, engine.Failed)
	rows := t.completion(Glance, func(ctx context.Context, p *Place, _ *cobra.Command, args []string, _ string) []string {
		id, err := p.Engine.Find(ctx, args[0])
		if err != nil {
			return nil
		}
		saga, err := p.Engine.Saga(ctx, id)
		if err != nil {
			return nil
		}
		var offers []string
		for i := range saga.Rows {
			if r := &saga.Rows[i]; r.Status == engine.RowCompensationFailed {
				offers = append(offers, strconv.Itoa(r.Idx)+"\t"+r.Name)
			}
		}
		return offers
	})
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return sagas(cmd, args, typed)
		case 1:
			return rows(cmd, args, typed)
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// kinds offers the kinds of sagas, as the first argument.
func (t *tree) kinds() cobra.CompletionFunc {
	return t.completion(Nothing, func(_ context.Context, p *Place, _ *cobra.Command, args []string, _ string) []string {
		if len(args) > 0 {
			return nil
		}
		return kindOffers(p)
	})
}

func kindOffers(p *Place) []string {
	var offers []string
	for _, k := range p.Engine.Kinds() {
		offers = append(offers, k.Name+"\t"+k.Summary)
	}
	return offers
}

// operators offers the names of those who have launched something lately.
func (t *tree) operators() cobra.CompletionFunc {
	return t.completion(Glance, func(ctx context.Context, p *Place, _ *cobra.Command, _ []string, _ string) []string {
		var names []string
		page, _ := p.Engine.List(ctx, engine.Query{Limit: maxLooked}) // nothing found is nothing offered
		for i := range page.Items {
			names = append(names, page.Items[i].CreatedBy)
		}
		slices.Sort(names)
		return slices.Compact(names)
	})
}

// stepLists offers a list of steps with commas, each with one step more than typed.
func (t *tree) stepLists() cobra.CompletionFunc {
	return t.completion(Nothing, func(_ context.Context, p *Place, _ *cobra.Command, _ []string, typed string) []string {
		before := typed[:strings.LastIndex(typed, ",")+1]
		var offers []string
		for _, name := range p.Engine.StepNames() {
			offers = append(offers, before+name)
		}
		return offers
	})
}

// launches offers kinds, then the inputs that the kind asks for and that are not given yet, then the values of those that have a
// choice.
func (t *tree) launches() cobra.CompletionFunc {
	names := t.completion(Nothing, func(_ context.Context, p *Place, cmd *cobra.Command, args []string, _ string) []string {
		if len(args) == 0 {
			return kindOffers(p)
		}
		return inputOffers(p, cmd, args)
	})
	choices := t.completion(Nothing, choiceOffers)
	resources := t.completion(Glance, func(ctx context.Context, p *Place, _ *cobra.Command, args []string, typed string) []string {
		if name, _, _ := strings.Cut(typed, "="); !namesResource(p, args[0], bare(name)) {
			return nil
		}
		offers := resourceOffers(ctx, p)
		for i, o := range offers {
			offers[i] = typed[:strings.Index(typed, "=")+1] + o
		}
		return offers
	})
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 || !strings.Contains(typed, "=") {
			return names(cmd, args, typed)
		}
		offers, directive := choices(cmd, args, typed)
		if len(offers) > 0 {
			return offers, directive
		}
		return resources(cmd, args, typed)
	}
}

// bare is the name of an input without the number of the step that it is for.
func bare(name string) string { return name[strings.Index(name, ":")+1:] }

// asked lists the fields of the kind that a launch names, and the inputs that are given so far.
func asked(p *Place, cmd *cobra.Command, args []string) ([]engine.Field, engine.Inputs) {
	steps, _ := cmd.Flags().GetStringSlice("steps") // the flag is there
	fields, err := fieldsOf(p.Engine, args[0], steps)
	if err != nil {
		return nil, nil
	}
	given := engine.Inputs{}
	for _, a := range args[1:] {
		if name, value, ok := strings.Cut(a, "="); ok {
			given[name] = value
		}
	}
	return fields, given
}

func inputOffers(p *Place, cmd *cobra.Command, args []string) []string {
	fields, given := asked(p, cmd, args)
	var offers []string
	for _, f := range fields {
		if _, done := given[f.Name]; !done && f.Applies(given) {
			offers = append(offers, f.Name+"=\t"+f.Help)
		}
	}
	return offers
}

func choiceOffers(_ context.Context, p *Place, cmd *cobra.Command, args []string, typed string) []string {
	fields, _ := asked(p, cmd, args)
	name, _, _ := strings.Cut(typed, "=")
	var offers []string
	for _, f := range fields {
		if f.Name == bare(name) {
			for _, c := range f.Choices {
				offers = append(offers, name+"="+c)
			}
		}
	}
	return offers
}

// namesResource reports whether an input of a kind takes a resource's key.
func namesResource(p *Place, kind, input string) bool {
	return slices.ContainsFunc(p.Engine.Kinds(), func(k engine.Kind) bool {
		return k.Name == kind && k.On.Type == "resource" && k.On.Inputs[input] == "key"
	})
}

// resources offers what sagas have provisioned.
func (t *tree) provisioned() cobra.CompletionFunc {
	return t.completion(Glance, func(ctx context.Context, p *Place, _ *cobra.Command, args []string, _ string) []string {
		if len(args) > 0 {
			return nil
		}
		return resourceOffers(ctx, p)
	})
}

func resourceOffers(ctx context.Context, p *Place) []string {
	all, _ := p.Engine.Resources(ctx) // nothing found is nothing offered
	var offers []string
	for _, r := range all {
		offers = append(offers, r.Key()+"\t"+r.Name)
	}
	return offers
}
