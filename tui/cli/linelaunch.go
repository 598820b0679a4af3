package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	words "arcadia/tui/say"
)

// launch asks for a kind and launches it.
func (m *lineMode) launch(ctx context.Context) error {
	kinds := words.Grouped(m.p.Engine.Kinds(), nil)
	options := make([]option, len(kinds))
	for i := range kinds {
		k := &kinds[i]
		options[i] = option{head: words.GroupOf(k) + ":", text: k.Name + ": " + k.Summary + "; undo: " + k.Undo, names: []string{k.Name}}
	}
	n, err := m.choose(ctx, "kind", options)
	if err != nil {
		return back(err)
	}
	ask := engine.Launch{Kind: kinds[n].Name, Inputs: engine.Inputs{}}
	if kinds[n].Adhoc {
		_, err := m.ask(ctx, "steps, with commas ("+strings.Join(m.p.Engine.StepNames(), ", ")+")", "", func(s string) error {
			ask.Steps = strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
			_, _, err := m.p.Engine.Fields(ask.Kind, ask.Steps)
			return err
		})
		if err != nil {
			return back(err)
		}
	}
	return back(m.begin(ctx, ask, nil))
}

// begin asks for the inputs that are missing, with those that were given before as what an empty answer takes, shows the plan, and
// launches it when that is confirmed.
func (m *lineMode) begin(ctx context.Context, ask engine.Launch, before engine.Inputs) error {
	if err := m.fill(ctx, &ask, before); err != nil {
		return err
	}
	plan, err := m.p.Engine.Plan(ctx, ask)
	if err != nil {
		return err
	}
	m.print(strings.TrimSpace(plan.Kind + "  " + plan.Target))
	for _, s := range plan.Steps {
		text := string(s.Change.Action) + " " + m.t.change(s.Change) + "; undo: " + s.Change.Undo
		switch {
		case s.Refused:
			text = "refused: " + s.Error
		case s.Error != "":
			text = "cannot be told beforehand: " + s.Error
		}
		if s.Why != "" {
			text += "; why: " + s.Why
		}
		m.print(fmt.Sprintf("%d %s: %s", s.Idx, s.Name, text))
	}
	m.print(notes(plan)...)
	if err := plan.Refusal(); err != nil {
		return err
	}
	if ask.Reason, err = m.reason(ctx, false); err != nil {
		return err
	}
	sure, err := m.sure(ctx, plan)
	switch {
	case err != nil:
		return err
	case !sure:
		return errors.New("nothing was launched")
	}
	ask.PlanHash = string(plan.Hash)
	saga, err := m.p.Engine.Start(ctx, ask)
	if err != nil {
		return err
	}
	m.print("saga " + saga.Short + " is launched")
	return m.saga(ctx, saga.ID)
}

// sure asks for a yes, and where there is no way back for the name of what is lost.
func (m *lineMode) sure(ctx context.Context, plan engine.Plan) (bool, error) {
	if len(pointsOfNoReturn(plan)) == 0 {
		return m.confirm(ctx, "launch it?")
	}
	return m.typed(ctx, "it cannot be undone:", words.PlanName(&plan))
}

// fill asks for the inputs of a launch, those that apply to the answers so far. What the launch has already is not asked for.
func (m *lineMode) fill(ctx context.Context, ask *engine.Launch, before engine.Inputs) error {
	fields, err := fieldsOf(m.p.Engine, ask.Kind, ask.Steps)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if _, given := ask.Inputs[f.Name]; given || !f.Applies(ask.Inputs) {
			continue
		}
		answer, err := m.input(ctx, f, ask.Inputs, before[f.Name])
		if err != nil {
			return err
		}
		if answer != "" {
			ask.Inputs[f.Name] = answer
		}
	}
	return nil
}

// input asks for one input, by its value, or by the number or the name of what can be picked.
func (m *lineMode) input(ctx context.Context, f engine.Field, in engine.Inputs, before string) (string, error) {
	picks := m.options(ctx, f, in)
	label := f.Label + " (" + f.Help + ")"
	if len(f.Choices) > 0 {
		label = f.Label + " (" + strings.Join(f.Choices, ", ") + ")"
	}
	asking := m.ask
	if !f.Required {
		asking = m.offer
	}
	value := ""
	_, err := asking(ctx, label, cmp.Or(before, f.Default), func(s string) error {
		value = s
		if len(picks) > 0 && s != "" && !slices.ContainsFunc(picks, func(o engine.Option) bool { return o.Value == s }) {
			value = picked(picks, s)
		}
		return f.Accept(value, in)
	})
	return value, err
}

// picked is the value that a person means by the number or the name of what can be picked; else what was said.
func picked(all []engine.Option, text string) string {
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(all) {
		return all[n-1].Value
	}
	at := slices.IndexFunc(all, func(o engine.Option) bool { return strings.EqualFold(o.Label, text) })
	if at < 0 {
		return text
	}
	return all[at].Value
}

const maxOptions = 30 // lines of what can be picked

// options shows what can be given for a field, numbered. When the list cannot be had it says why, and any value can still be given.
func (m *lineMode) options(ctx context.Context, f engine.Field, in engine.Inputs) []engine.Option {
	if f.Options == nil {
		return nil
	}
	options, err := f.Options(ctx, in)
	if err != nil {
		m.print("no list: " + err.Error())
		return nil
	}
	for i, o := range options {
		if i == maxOptions {
			m.print(fmt.Sprintf("and %d more: any of them can be given", len(options)-i))
			break
		}
		text := o.Label + "  " + o.Detail
		if !strings.Contains(text, o.Value) {
			text = o.Value + "  " + text // what is to be typed must be there to read
		}
		m.print(fmt.Sprintf("%2d. %s", i+1, strings.TrimSpace(text)))
	}
	return options
}
