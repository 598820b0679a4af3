package storagetest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
)

// Reopen closes a store that the suite's open function made, and opens it again from what it left.
type Reopen func(t *testing.T, s engine.Store) engine.Store

// Run puts stores through every rule of engine.Store, each rule with a store of its own, and through random appends and
// questions beside Memory. Open returns an empty store, which it closes with t.Cleanup. For a durable store give one
// Reopen: what was acknowledged must be there after it.
func Run(t *testing.T, open func(t *testing.T) engine.Store, reopen ...Reopen) {
	t.Helper()
	for name, rule := range rules() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule(t, open(t))
		})
	}
	t.Run("answers equal the model's after any appends", func(t *testing.T) {
		t.Parallel()
		drive(t, open, nil)
	})
	for _, again := range reopen {
		t.Run("what was acknowledged is there after reopening", func(t *testing.T) {
			t.Parallel()
			drive(t, open, again)
		})
	}
}

func rules() map[string]func(*testing.T, engine.Store) {
	return map[string]func(*testing.T, engine.Store){
		"an append is read back as it was given":                                readBack,
		"entries begin after the number asked for":                              entriesAfter,
		"a saga that does not exist is not found":                               notFound,
		"an append after another number is a conflict":                          conflict,
		"a saga is created once":                                                createdOnce,
		"a key is used once, and names its saga":                                keyOnce,
		"a key is good for its own time":                                        keyExpires,
		"a key outlives its saga but not its time":                              keyOutlives,
		"a short is used once":                                                  shortOnce,
		"a refused batch leaves nothing":                                        refusedLeavesNothing,
		"a malformed batch leaves nothing":                                      malformed,
		"of concurrent appends to one saga exactly one wins":                    oneWins,
		"concurrent appends to many sagas all get through":                      manySagas,
		"of concurrent creations with one key exactly one wins":                 oneKeyWins,
		"an ended context refuses without doing":                                endedContext,
		"lists are newest first, by page, in both directions":                   listPages,
		"lists keep to status, kind and operator":                               listFilters,
		"a list goes on from an id that is not in it":                           listFromElsewhere,
		"a page holds 50 when no limit is given, and 1000 at most":              listLimits,
		"find takes a short, a full id and any suffix":                          find,
		"counts follow every change of status":                                  countsFollow,
		"summaries come in the order asked for":                                 summariesOrder,
		"locks queue by name and ticket":                                        locksQueue,
		"taking a lock again moves the saga to its new place":                   lockTakenAgain,
		"locks with names that begin alike are apart":                           lockPrefixes,
		"resources are created, changed, renamed and removed":                   resourcesChange,
		"resources come in the order asked for, or in key order":                resourcesOrder,
		"ids that begin alike keep their entries apart":                         entriesApart,
		"answers share nothing with the store":                                  nothingShared,
		"freezes are numbered, replaced at the end only, and read newest first": freezes,
		"an absurd value in any field is refused or read back":                  absurdBatches,
		"an absurd value in any field of a freeze is refused or read back":      absurdFreezes,
		"a question about what no store can hold has an answer":                 absurdQuestions,
		"a start is refused after a freeze that its sender does not know":       startUnlessFrozen,
		"documents are made, changed and removed by version":                    docsChange,
		"documents change all or none":                                          docsAllOrNone,
		"documents change with an append or not at all":                         docsWithAppend,
		"of concurrent changes of one document exactly one wins":                oneDocWins,
		"an absurd value in any field of a document is refused or read back":    absurdDocs,
		"traces say who came later, until they are lifted":                      tracesFollow,
		"a move is followed over any number of moves":                           movesFollow,
		"a large entry is read back":                                            largeEntry,
	}
}

// reporter is what a rule needs of a test, rapid's included.
type reporter interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// same compares two answers by what they are in JSON, in which nil and empty may differ only where callers see it.
func same(t reporter, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(text(t, want), text(t, got)); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func text(t reporter, v any) string {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if string(raw) == "null" {
		return "[]"
	}
	return string(raw)
}

func must(t reporter, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func got[T any](v T, err error) func(reporter) T {
	return func(t reporter) T {
		t.Helper()
		must(t, err)
		return v
	}
}
