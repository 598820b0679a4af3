package list

import (
	"testing"

	"arcadia/engine"
)

func TestAStaleAnswerDoesNotUndoAChange(t *testing.T) {
	t.Parallel()
	var r Pages
	w := r.Reset(Sift{}, false, "", 0)[0]
	old := engine.Summary{ID: "b", Seq: 3, Status: engine.Running}
	fresh := engine.Summary{ID: "b", Seq: 4, Status: engine.Completed}
	r.Apply([]engine.Summary{fresh}) // while the read is under way
	r.Take(Piece{want: w, Items: []engine.Summary{{ID: "c", Seq: 1}, old}, End: true})
	if at, ok := r.Find("b"); !ok || r.Rows[at].Seq != 4 {
		t.Errorf("the roll has %+v, want the newer header", r.Rows)
	}
	r.Apply([]engine.Summary{old})
	if at, _ := r.Find("b"); r.Rows[at].Seq != 4 {
		t.Error("an older header replaced a newer one")
	}
}
