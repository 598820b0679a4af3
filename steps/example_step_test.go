package steps_test

import (
	"context"
	"errors"

	"arcadia/engine"
)

// Board is what the step calls. Declare here, small, what the step needs of the world; an adapter implements it.
type Board interface {
	Read(ctx context.Context, name string) (text string, err error) // empty: no notice
	Write(ctx context.Context, name, text string) error             // an empty text takes the notice down
}

// PostNotice puts a text on a notice board, and puts back what was there before.
type PostNotice struct{ board Board }

// Name is stored in ledgers: never change it.
func (PostNotice) Name() string { return "post_notice" }

// Inputs become the form, the checks, the completion and the help.
func (PostNotice) Inputs() []engine.Field {
	return []engine.Field{
		{Name: "notice_name", Label: "Notice", Type: engine.TextField, Required: true, Help: "which notice"},
		{Name: "notice_text", Label: "Text", Type: engine.TextField, Required: true, Help: "what it shall say"},
	}
}

// Locks keep two sagas from touching the same notice at once.
func (PostNotice) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return []string{"notice:" + in["notice_name"]}, nil
}

// Target is what lists show beside the saga.
func (PostNotice) Target(_ context.Context, in engine.Inputs) (string, error) {
	return "notice " + in["notice_name"], nil
}

// Execute looks, saves what undoing needs, and only then writes.
func (p PostNotice) Execute(ctx context.Context, s *engine.State) error {
	name, text := s.Input("notice_name"), s.Input("notice_text")
	var prior string
	saved, err := s.Saved("notice_prior", &prior)
	if err != nil {
		return err
	}
	if !saved { // otherwise an earlier attempt has saved it, and what stands there now may be our own
		if prior, err = p.board.Read(ctx, name); err != nil {
			return engine.Retryable(err, 0)
		}
		s.Put("notice_prior", prior)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	if err := p.board.Write(ctx, name, text); err != nil {
		return engine.Unknown(err) // writing the same text twice does no harm, so trying again is looking enough
	}
	return nil
}

// Compensate puts the prior text back, unless somebody else has written since.
func (p PostNotice) Compensate(ctx context.Context, s *engine.State) error {
	name, written := s.Input("notice_name"), s.Input("notice_text")
	var prior string
	if saved, err := s.Saved("notice_prior", &prior); err != nil || !saved {
		return err // nothing was written
	}
	live, err := p.board.Read(ctx, name)
	switch {
	case err != nil:
		return engine.Retryable(err, 0)
	case live == prior:
		return nil
	case live != written:
		return &engine.Conflict{Subject: "notice " + name, Prior: prior, Written: written, Live: live}
	}
	return p.board.Write(ctx, name, prior)
}

// errBoard is what a board in trouble says.
var errBoard = errors.New("the board does not answer")
