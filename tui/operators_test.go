package tui

import (
	"context"
	"errors"
	"testing"

	"arcadia/engine"
)

func TestTheOperatorsAreListedByKeyAndRole(t *testing.T) {
	t.Parallel()
	read := func(context.Context) ([]engine.Actor, error) {
		return []engine.Actor{{Name: "ops1", Role: engine.Operator, Key: "SHA256:abc"}, {Name: "guest", Role: engine.Viewer, Key: "SHA256:\u202exyz"}}, nil
	}
	onExhibit(t, func(c *Config) { c.Operators = read }, func(s *stage) {
		s.command("operators")
		s.has("operators")
		s.has("ops1")
		s.has("viewer")
		s.has(`SHA256:\u202exyz`)
		s.press("/")
		s.write("role:viewer")
		s.press("enter")
		s.has("1 hit")
		s.hasNot("SHA256:abc")
	})
	onExhibit(t, func(c *Config) {
		c.Operators = func(context.Context) ([]engine.Actor, error) { return nil, errors.New("line 3: not a public key") }
	}, func(s *stage) {
		s.command("operators")
		s.has("line 3: not a public key")
	})
	onExhibit(t, nil, func(s *stage) {
		s.command("operators")
		s.has("operators: this session has no operators file")
	})
}
