package cli_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// exits runs a program that must end with a status: exits STATUS PROGRAM ARGS.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM ARGS")
	}
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

var varying = []struct {
	pattern *regexp.Regexp
	mask    string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?`), "TIME"},
	{regexp.MustCompile(`("short": ")[0-9a-f]{8}"`), `${1}SHORT"`},
	{regexp.MustCompile(`("created_by": ")[^"]*"`), `${1}OPERATOR"`},
	{regexp.MustCompile(`saga [0-9a-f]{8}( [0-9a-f]{8})?`), "saga SHORT"},
}

// mask copies a file without what differs from run to run: mask FROM TO.
func mask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mask FROM TO")
	}
	text := ts.ReadFile(args[0])
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.mask)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// field compares one value of a JSON document: field FILE PATH WANT. A PATH is names, places and len (how many) with dots.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: field FILE PATH WANT")
	}
	got := lookup(ts, args[0], args[1])
	if (got == args[2]) == neg {
		ts.Fatalf("%s is %q, want %q", args[1], got, args[2])
	}
}

func lookup(ts *testscript.TestScript, file, path string) string {
	var v any
	if err := json.Unmarshal([]byte(ts.ReadFile(file)), &v); err != nil {
		ts.Fatalf("%s is not one JSON value: %v", file, err)
	}
	for part := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[part]
		case []any:
			if part == "len" {
				v = float64(len(in))
				continue
			}
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(in) {
				ts.Fatalf("%s: no %q among %d", path, part, len(in))
			}
			v = in[i]
		default:
			ts.Fatalf("%s: nothing below %v", path, v)
		}
	}
	if s, ok := v.(string); ok {
		return s
	}
	text, err := json.Marshal(v)
	ts.Check(err)
	return string(text)
}

// capture sets a variable from JSON or from text: capture NAME FILE PATH, or capture NAME FILE for a whole line.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case !neg && len(args) == 3:
		ts.Setenv(args[0], lookup(ts, args[1], args[2]))
	case !neg && len(args) == 2:
		ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
	default:
		ts.Fatalf("usage: capture NAME FILE [PATH]")
	}
}

// startSim starts the simulator as a process of its own and sets SIM to its address: sim [ARGS].
func startSim(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: sim [ARGS]")
	}
	cmd := exec.Command(filepath.Join(binary, "arcadia"), append([]string{"sim", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), raceRules}
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			ts.Logf("the simulator ended badly: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	ts.Setenv("SIM", strings.TrimSpace(line))
}

// control asks the simulator's control and keeps the answer: control METHOD PATH [BODY] > FILE.
func control(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 || args[len(args)-2] != ">" {
		ts.Fatalf("usage: control METHOD PATH [BODY] > FILE")
	}
	body := ""
	if len(args) == 5 {
		body = args[2]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[len(args)-1]), []byte(askSim(ts, args[0], args[1], body)), 0o600))
}

func askSim(ts *testscript.TestScript, method, path, body string) string {
	return ask(ts, method, ts.Getenv("SIM")+"/_sim/"+path, body)
}

// api is a request of somebody else's to the account, whose answer is the output: api METHOD PATH [BODY].
func api(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: api METHOD PATH [BODY]")
	}
	body := ""
	if len(args) == 3 {
		body = args[2]
	}
	_, err := io.WriteString(ts.Stdout(), ask(ts, args[0], ts.Getenv("SIM")+"/v2/"+args[1], body))
	ts.Check(err)
}

// release makes a file the store that the first release has made: release FILE.
func release(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: release FILE")
	}
	ts.Check(firstRelease(ts.MkAbs(args[0])))
}

// suspend stops the last program in the background as ctrl+z does, and ! suspend lets it go on.
func suspend(ts *testscript.TestScript, neg bool, args []string) {
	running := ts.BackgroundCmds()
	if len(args) != 0 || len(running) == 0 {
		ts.Fatalf("usage: suspend")
	}
	sig := syscall.SIGSTOP
	if neg {
		sig = syscall.SIGCONT
	}
	ts.Check(running[len(running)-1].Process.Signal(sig))
}

// within is exits for a program that must end in time: within DURATION STATUS PROGRAM ARGS.
func within(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: within DURATION STATUS PROGRAM ARGS")
	}
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	begun := time.Now()
	exits(ts, neg, args[1:])
	if took := time.Since(begun); took > limit {
		ts.Fatalf("it took %s", took)
	}
}

func ask(ts *testscript.TestScript, method, url, body string) string {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer dummy")
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if resp.StatusCode >= 300 {
		ts.Fatalf("%s %s: %s: %s", method, url, resp.Status, answer)
	}
	return string(answer)
}

// lines writes its words to a file, a line each: lines FILE WORDS.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: lines FILE WORDS")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(args[1:], "\n")+"\n"), 0o600))
}

// world writes what is in the account, one line each: world FILE.
func world(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: world FILE")
	}
	var w struct {
		Snapshots []struct{ Name string }
		Zones     map[string][]struct{ Type, Name, Data string }
	}
	ts.Check(json.Unmarshal([]byte(askSim(ts, http.MethodGet, "world", "")), &w))
	var lines []string
	for _, s := range w.Snapshots {
		lines = append(lines, "snapshot "+s.Name)
	}
	for zone, records := range w.Zones {
		for _, r := range records {
			lines = append(lines, fmt.Sprintf("record %s %s %s %s", zone, r.Type, r.Name, r.Data))
		}
	}
	slices.Sort(lines)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
}

// until waits until the simulator's answer holds a text: until PATH PATTERN.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until PATH PATTERN")
	}
	pattern := regexp.MustCompile(args[1])
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !pattern.MatchString(askSim(ts, http.MethodGet, args[0], "")) {
		select {
		case <-tick.C:
		case <-late:
			ts.Fatalf("%s never held %q", args[0], args[1])
		}
	}
}

// appears waits until a file is there: appears FILE.
func appears(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: appears FILE")
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
	}
	ts.Fatalf("%s does not appear", args[0])
}

// gone proves that a text is in no file below a folder: gone TEXT FOLDER.
func gone(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: gone TEXT FOLDER")
	}
	files := 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[1]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(content), args[0]) {
			return fmt.Errorf("%s holds %s", path, args[0])
		}
		return err
	}))
	if files == 0 {
		ts.Fatalf("nothing to look at in %s", args[1])
	}
}
