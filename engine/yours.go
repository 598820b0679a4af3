package engine

import (
	"context"
	"time"
)

// Saga reads one saga whole, for the session's person: see Approval.Yours. The answer is the caller's own.
func (s *Session) Saga(ctx context.Context, id ID) (*Saga, error) {
	sg, err := s.reader.Saga(ctx, id)
	if err != nil {
		return nil, err
	}
	s.yours(&sg.Summary)
	return sg, nil
}

// Summaries reads headers, for the session's person.
func (s *Session) Summaries(ctx context.Context, ids ...ID) ([]Summary, error) {
	all, err := s.reader.Summaries(ctx, ids...)
	for i := range all {
		s.yours(&all[i])
	}
	return all, err
}

// List reads a page of headers, for the session's person.
func (s *Session) List(ctx context.Context, q Query) (Page, error) {
	p, err := s.reader.List(ctx, q)
	for i := range p.Items {
		s.yours(&p.Items[i])
	}
	return p, err
}

// yours says of a header that waits for an approval whether the session's person can give it.
func (s *Session) yours(h *Summary) {
	a := h.Awaits()
	if a == nil || s.actor.Key == "" || !s.actor.Role.Has(Approver) {
		return
	}
	h.Approval = a.copied()
	h.Approval.Yours = a.Objection(s.actor, time.Now().Round(0)) == nil
}
