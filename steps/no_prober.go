package steps

import (
	"context"
	"errors"
)

// noProber stands in where nothing looks at servers: nothing is ever good.
type noProber struct{}

func (noProber) Probe(context.Context, Probe) error {
	return errors.New("this program cannot look at servers")
}
