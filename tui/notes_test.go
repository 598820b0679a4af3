package tui

import "context"

// notes keeps settings in memory.
type notes struct{ text []byte }

func (n *notes) Read(context.Context) ([]byte, error) { return n.text, nil }

func (n *notes) Write(_ context.Context, text []byte) error {
	n.text = text
	return nil
}
