package steps

import "testing"

// A list names what a record becomes: its data, not a TTL.
func TestAChangeOfTheTTLAloneHasNoValue(t *testing.T) {
	t.Parallel()
	was := Record{ID: 1, Type: "A", Name: "app", Data: "203.0.113.9", TTL: 1800}
	for _, c := range []struct {
		after Record
		want  string
	}{
		{Record{ID: 1, Type: "A", Name: "app", Data: "203.0.113.9", TTL: 300}, ""},
		{Record{ID: 1, Type: "A", Name: "app", Data: "203.0.113.20", TTL: 300}, "203.0.113.20"},
	} {
		x := change{Zone: "example.com", Before: []Record{was}, Ops: []op{{Do: opUpdate, ID: 1, Before: &was, After: &c.after}}}
		if got := x.show(c.after).Value; got != c.want {
			t.Errorf("%+v becomes %q, want %q", c.after, got, c.want)
		}
	}
}
