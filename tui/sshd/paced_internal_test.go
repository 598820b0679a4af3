package sshd

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAConsoleIsReadNoFasterThanAnybodyTypesAndPastes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took := func(bytes int) time.Duration {
			begun := time.Now()
			if n, err := io.Copy(io.Discard, newPaced(t.Context(), strings.NewReader(strings.Repeat("j", bytes)), 16<<10)); err != nil || int(n) != bytes {
				t.Errorf("read %d of %d bytes: %v", n, bytes, err)
			}
			return time.Since(begun)
		}
		if d := took(pasteAtOnce); d != 0 {
			t.Errorf("a long paste took %s", d)
		}
		if d := took(pasteAtOnce + 160<<10); d.Round(10*time.Millisecond) != 10*time.Second {
			t.Errorf("160 KiB beyond a burst took %s, not 10 s", d)
		}
	})
}
