package cli_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// firstRelease writes the store that version 0.1.0 has made, as testdata has it, to a path.
func firstRelease(path string) error {
	f, err := os.Open(filepath.Join("testdata", "v0.1.0.db.gz"))
	if err != nil {
		return err
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	store, err := io.ReadAll(packed)
	if err != nil {
		return err
	}
	return os.WriteFile(path, store, 0o600)
}

// TestAStoreOfTheFirstReleaseMeansTheSame asks of a store that version 0.1.0 has made what that version answered in JSON: whatever
// it said is said now, with more beside it. The store has a saga of every status, what operators did to them, and resources.
func TestAStoreOfTheFirstReleaseMeansTheSame(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "private", "arcadia.db")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := firstRelease(path); err != nil {
		t.Fatal(err)
	}
	var answers map[string]any
	text, err := os.ReadFile(filepath.Join("testdata", "v0.1.0.json"))
	if err := errors.Join(err, json.Unmarshal(text, &answers)); err != nil || len(answers) < 20 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	arcadia := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), append(args, "--db", path)...)
		cmd.Env = []string{"HOME=" + filepath.Dir(path), "LANG=C.UTF-8", "TERM=dumb", raceRules}
		return cmd.Output()
	}
	if out, err := arcadia("prune", "--older-than", "9000d"); err != nil { // which migrates it, and removes nothing
		t.Fatalf("%v: %s", err, out)
	}
	for _, command := range slices.Sorted(maps.Keys(answers)) {
		out, err := arcadia(append(strings.Fields(command), "-o", "json")...)
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		var now any
		if err := json.Unmarshal(out, &now); err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		for _, d := range lost(command, answers[command], now) {
			t.Error(d)
		}
	}
}

// lost says what was answered then and is not now.
func lost(at string, then, now any) []string {
	var out []string
	switch then := then.(type) {
	case map[string]any:
		is, ok := now.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %v", at, now)}
		}
		for _, name := range slices.Sorted(maps.Keys(then)) {
			if name == "waiting_on" {
				continue // words, which are made again
			}
			out = append(out, lost(at+"."+name, then[name], is[name])...)
		}
	case []any:
		is, ok := now.([]any)
		if !ok || len(is) != len(then) {
			return []string{fmt.Sprintf("%s is %v, was %v", at, now, then)}
		}
		for i := range then {
			out = append(out, lost(fmt.Sprintf("%s.%d", at, i), then[i], is[i])...)
		}
	default:
		a, wrong := strconv.ParseFloat(fmt.Sprint(then), 64) // that release wrote some ids as 1.78300585e+09
		b, err := strconv.ParseFloat(fmt.Sprint(now), 64)
		same := wrong == nil && err == nil && a == b && reflect.TypeOf(then) == reflect.TypeOf(now)
		if !same && !reflect.DeepEqual(then, now) {
			out = append(out, fmt.Sprintf("%s is %v, was %v", at, now, then))
		}
	}
	return out
}
