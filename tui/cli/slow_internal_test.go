package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAReadingThatTakesLongSaysSo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line string
		take time.Duration
		says bool
	}{
		{"list", 4 * time.Second, false},
		{"list", 6 * time.Second, true},
		{"audit -o json", time.Minute, true},
		{"orphans", time.Minute, true},
		{"launch echo", time.Minute, false}, // it waits for a saga, and says how it goes on
	} {
		synctest.Test(t, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := Run(t.Context(), Env{In: strings.NewReader(""), Out: &out, Err: io.Writer(&errs), Token: true, Open: func(context.Context, Want) (*Place, error) {
				time.Sleep(c.take)
				return nil, errors.New("too late")
			}}, strings.Fields(c.line))
			if said := strings.Contains(errs.String(), "still reads after 5s"); code != Trouble || said != c.says || out.Len() > 0 {
				t.Errorf("%s for %s: %d, %q", c.line, c.take, code, errs.String())
			}
		})
	}
}
