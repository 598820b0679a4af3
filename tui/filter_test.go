package tui

import (
	"testing"

	"arcadia/engine"
	"arcadia/tui/list"
)

func TestTheFilterLanguage(t *testing.T) {
	t.Parallel()
	s := &engine.Summary{
		ID: "01930000-0000-7000-8000-00003f9c2a1b", Short: "3f9c2a1b", Kind: "snapshot_droplet", Status: engine.RolledBack,
		Target: "Web-01 (482913)", CreatedBy: "ops1", StepNames: []string{"create_droplet_snapshot", "fail"},
		Error: &engine.SagaError{Reason: "step_failed:fail"},
	}
	cases := map[string]bool{
		"":                              true,
		"web":                           true, // without a capital, case does not matter
		"Web":                           true,
		"WEB":                           false,
		"web ops1":                      true, // all words
		"web ops2":                      false,
		"!ops2":                         true,
		"!ops1":                         false,
		"~wb1":                          true, // letters in this order
		"~zq":                           false,
		"~W01":                          true,
		"!~xyz":                         true,
		"/web-\\d+/":                    false, // a regular expression minds the case
		"/Web-\\d+/":                    true,
		"/Web-.. \\(4/":                 true, // blanks inside
		"!/Web/":                        false,
		"status:rolled":                 true,
		"status:rolled_back":            true,
		"status:failed":                 false, // the reason says failed, the status does not
		"!status:failed":                true,
		"kind:snapshot":                 true,
		"kind:dns":                      false,
		"by:ops1":                       true,
		"by:/ops[12]/":                  true,
		"by:~o1":                        true,
		"target:482913":                 true,
		"saga:2a1b":                     true,
		"step:fail":                     true,
		"error:step_failed":             true,
		"nosuch:field":                  true, // reported: everything passes
		`"Web-01 (4"`:                   true,
		"status:rolled kind:snap !ops2": true,
		"/(/":                           true, // wrong: holds for everything until it is mended
		"/unfinished":                   true,
		"~":                             true,
		"!":                             true,
		"by:":                           true,
	}
	for line, want := range cases {
		f := list.Parse(line, sagaFields)
		if got := f.Match(func(field string) string { return sagaField(s, field) }); got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
		// What goes to the store and what is asked here together mean the same.
		both := f.Sift(func(field, value string) bool {
			return field == "kind" && value == "snapshot_droplet" || field == "by" && value == s.CreatedBy
		}, sagaField)
		if got := both.Match(s); got != want {
			t.Errorf("%q through the store: %v, want %v", line, got, want)
		}
	}
	for _, line := range []string{"/(/", "/unfinished"} {
		if list.Parse(line, sagaFields).Wrong == "" {
			t.Errorf("%q: nothing says that it is wrong", line)
		}
	}
}

func TestAWholeOperatorIsAskedOfTheStore(t *testing.T) {
	t.Parallel()
	known := func(field, value string) bool { return field == "by" && value == "ops1" }
	for line, want := range map[string]engine.Query{
		"by:ops1":               {By: "ops1"},
		"by:ops":                {},
		"!by:ops1":              {},
		"by:ops1 status:failed": {By: "ops1"}, // one index is enough
	} {
		got := list.Parse(line, sagaFields).Sift(known, sagaField)
		if got.Query.By != want.By || len(got.Query.Statuses) > 0 {
			t.Errorf("%q asks the store %+v", line, got.Query)
		}
		if whole := line == "by:ops1"; (got.Keep == nil) != whole {
			t.Errorf("%q asks the headers the rest: %v", line, got.Keep != nil)
		}
	}
	onExhibit(t, nil, func(s *stage) {
		s.press("/")
		s.write("by:ops2")
		s.press("enter")
		s.has("3 hits")
		if q := s.list().pages.Sift().Query; q.By != "ops2" {
			t.Errorf("the store is asked %+v", q)
		}
	})
}

func FuzzFilterNeverPanics(f *testing.F) {
	f.Add("status:failed !/x/ ~y \"z")
	f.Fuzz(func(_ *testing.T, line string) {
		s := &engine.Summary{Target: line}
		list.Parse(line, sagaFields).Sift(func(string, string) bool { return false }, sagaField).Match(s)
	})
}
