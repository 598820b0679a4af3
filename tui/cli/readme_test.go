package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeCommandsWork runs every command line of the README: launches as they stand, as a plan on the simulator; the
// others as far as the command line is understood.
func TestReadmeCommandsWork(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(house, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?) *```").FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
			if !strings.HasPrefix(line, "arcadia") {
				continue
			}
			count++
			line = strings.TrimSpace(line) + " --help"
			if strings.HasPrefix(line, "arcadia launch") {
				line = strings.ReplaceAll(strings.TrimSuffix(line, " --help"), " --plan", "") + " --plan --demo"
			}
			t.Run(line, func(t *testing.T) {
				t.Parallel()
				home := t.TempDir()
				cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
				cmd.Env = []string{"PATH=" + binary, "HOME=" + home, raceRules}
				cmd.Path, cmd.Dir = "/bin/sh", home
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", line, err, out)
				}
			})
		}
	}
	if count < 10 {
		t.Errorf("%d command lines found in the README", count)
	}
}

// TestReadmeNamesEveryCommandAndVariable proves that what exists is written down.
func TestReadmeNamesEveryCommandAndVariable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(house, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^  ([a-z]+)  +[A-Z]`).FindAllStringSubmatch(string(help), -1)
	if len(names) < 15 {
		t.Fatalf("%d commands found in the help", len(names))
	}
	for _, m := range names {
		if m[1] != "help" && !strings.Contains(string(text), "arcadia "+m[1]) {
			t.Errorf("the README has no example of %s", m[1])
		}
	}
	for _, name := range []string{"DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN", "ARCADIA_PROVISIONING_TOKEN", "DIGITALOCEAN_API_URL", "ARCADIA_DB", "ARCADIA_CONTEXT", "ARCADIA_NOTIFY", "ARCADIA_STORE", "ARCADIA_STORE_PASSWORD", "ARCADIA_HOST", "ARCADIA_HOST_ADDRESS", "NO_COLOR"} {
		if !strings.Contains(string(text), name) {
			t.Errorf("the README does not name %s", name)
		}
	}
}

// TestWhatMakeIsToldToDoExists looks for the targets that the README and the guide for contributors name.
func TestWhatMakeIsToldToDoExists(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(house, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, name := range []string{"README.md", filepath.Join("docs", "CONTRIBUTING.md"), filepath.Join(".ci", "run")} {
		text, err := os.ReadFile(filepath.Join(house, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?m)(?:`|^|step )make ([a-z]+)").FindAllStringSubmatch(string(text), -1) {
			count++
			if !regexp.MustCompile(`(?m)^` + m[1] + `:.* ## `).Match(makefile) {
				t.Errorf("%s speaks of make %s, which the Makefile does not have or does not explain", name, m[1])
			}
		}
	}
	if count < 8 {
		t.Errorf("make is told only %d things", count)
	}
}

// TestMetricsOfTheReadmeExist looks for every figure that the README names in the code that gives them.
func TestMetricsOfTheReadmeExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(house, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, file := range goFiles(t) {
		if dir := filepath.Base(filepath.Dir(file)); dir == "sshd" || dir == "host" {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(source)
		}
	}
	names := regexp.MustCompile("`(arcadia_[a-z_]+)`").FindAllStringSubmatch(string(text), -1)
	for _, m := range names {
		if !strings.Contains(code.String(), `"`+m[1]+`"`) {
			t.Errorf("the README names %s, which nobody gives", m[1])
		}
	}
	if len(names) < 5 {
		t.Errorf("%d figures found in the README", len(names))
	}
}

// TestLinksLeadSomewhere follows every link of the pages to a file beside them.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(house, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, page := range append(pages, filepath.Join(house, "README.md"), filepath.Join(house, "CHANGELOG.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^):#]+)\)`).FindAllStringSubmatch(string(text), -1) {
			count++
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			}
		}
	}
	if count < 8 {
		t.Errorf("only %d links were followed", count)
	}
}
