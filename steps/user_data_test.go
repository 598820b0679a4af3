package steps_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arcadia/engine"
)

func TestUserDataIsThatOfTheLaunchAndNowhereStored(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		const text = "#cloud-config\npassword: hunter2\n"
		path := filepath.Join(dir, "web.yaml")
		write := func(path, text string) string {
			t.Helper()
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256([]byte(text))
			return hex.EncodeToString(sum[:])
		}
		sum := write(path, text)
		in := func(path string, more ...string) []string {
			return append(append(r.newDroplet("web-03"), "user_data_file", path), more...)
		}
		r.forbids("that of the file is "+sum, adhoc("create_droplet", in(path)...))
		r.forbids("is not what it was at the launch", adhoc("create_droplet", in(path, "user_data_sha256", strings.Repeat("0", 64))...))
		r.forbids("no such file", adhoc("create_droplet", in(filepath.Join(dir, "none"), "user_data_sha256", sum)...))
		r.forbids("is not a full path", adhoc("create_droplet", in("web.yaml", "user_data_sha256", sum)...))
		r.forbids("is not a plain file", adhoc("create_droplet", in(dir, "user_data_sha256", sum)...))
		secret := filepath.Join(dir, "token")
		r.forbids("is not user data", adhoc("create_droplet", in(secret, "user_data_sha256", write(secret, "dop_v1_secret"))...))
		long := filepath.Join(dir, "long")
		r.forbids("more than 64 KiB", adhoc("create_droplet", in(long, "user_data_sha256", write(long, "#!"+strings.Repeat("x", 64<<10)))...))

		s := r.run(engine.Completed, "create_droplet", in(path, "user_data_sha256", sum)...)
		entries, err := r.Entries(t.Context(), s.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		if all := dump(s) + fmt.Sprintf("%+v", entries); strings.Contains(all, "hunter2") || !strings.Contains(all, sum) {
			t.Errorf("its text is stored, or its sum is not: %s", all)
		}
		// Another text by the time of the step's turn is refused, and nothing is made.
		id := r.launch("wait_until,create_droplet", in(path, "user_data_sha256", sum, "for", "1h")...)
		write(path, text+"more")
		if s := r.rest(id, engine.RolledBack); !strings.Contains(s.Rows[1].Error, "user_data_changed") || len(r.named("web-03")) != 1 {
			t.Errorf("%s", dump(s))
		}
	})
}
