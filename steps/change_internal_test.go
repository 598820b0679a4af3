package steps

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"arcadia/engine"
)

func line(ops []op) string {
	var out []string
	for _, o := range ops {
		switch o.Do {
		case opCreate:
			out = append(out, fmt.Sprintf("+%s %s", o.After.Type, o.After.describe()))
		case opUpdate:
			out = append(out, fmt.Sprintf("%d=%s %s", o.ID, o.After.Type, o.After.describe()))
		case opDelete:
			out = append(out, fmt.Sprintf("-%d", o.ID))
		}
	}
	return strings.Join(out, ", ")
}

func a(id int64, data string, ttl int) Record {
	return Record{ID: id, Type: "A", Name: "n", Data: data, TTL: ttl}
}

func cname(id int64, data string) Record {
	return Record{ID: id, Type: "CNAME", Name: "n", Data: data, TTL: 1800}
}

func txt(id int64, data string) Record {
	return Record{ID: id, Type: "TXT", Name: "n", Data: data, TTL: 1800}
}

func TestAnUpsertPlansTheFewestWritesThatMakeItTrue(t *testing.T) {
	t.Parallel()
	one, two := "192.0.2.1", "192.0.2.2"
	soa := Record{ID: 90, Type: "SOA", Name: "@", Data: "1800", TTL: 1800}
	other := Record{ID: 91, Type: "A", Name: "n.example.com", Data: two, TTL: 1800} // n.example.com.example.com
	for _, c := range []struct {
		name    string
		mode    string
		want    Record
		live    []Record
		ops     string
		outcome string // or the reason of a refusal
	}{
		{"nothing there", modeSingle, a(0, one, 60), nil, "+A 192.0.2.1 ttl 60", "created"},
		{"others at other names", modeSingle, a(0, one, 60), []Record{other, soa}, "+A 192.0.2.1 ttl 60", "created"},
		{"equal", modeSingle, a(0, one, 60), []Record{a(1, one, 60)}, "", "noop"},
		{"other value", modeSingle, a(0, one, 60), []Record{a(1, two, 60)}, "1=A 192.0.2.1 ttl 60", "updated"},
		{"other ttl", modeSingle, a(0, one, 60), []Record{a(1, one, 300)}, "1=A 192.0.2.1 ttl 60", "updated"},
		{"equal among several", modeSingle, a(0, one, 60), []Record{a(1, two, 60), a(2, one, 60)}, "", "noop"},
		{"twice equal", modeSingle, a(0, one, 60), []Record{a(1, one, 60), a(2, one, 60)}, "", "noop"},
		{"several others", modeSingle, a(0, one, 60), []Record{a(1, two, 60), a(2, two, 60)}, "", "several_records"},
		{"equal among several of another ttl", modeSingle, a(0, one, 60), []Record{a(1, two, 300), a(2, one, 300)}, "", "several_records"},
		{"other type beside", modeSingle, a(0, one, 60), []Record{txt(1, "x")}, "+A 192.0.2.1 ttl 60", "created"},
		{"cname in the way", modeSingle, a(0, one, 60), []Record{cname(1, "x.example.net")}, "", "records_in_the_way"},
		{"cname over two types", modeSingle, cname(0, "x.example.net"), []Record{a(1, one, 60), txt(2, "x")}, "", "records_in_the_way"},
		{"replace two types by a cname", modeReplace, cname(0, "x.example.net"), []Record{a(1, one, 60), txt(2, "x")}, "-1, -2, +CNAME x.example.net ttl 1800", "replaced"},
		{"cname changes", modeSingle, cname(0, "x.example.net"), []Record{cname(1, "y.example.net")}, "1=CNAME x.example.net ttl 1800", "updated"},

		{"add to none", modeAdd, a(0, one, 60), nil, "+A 192.0.2.1 ttl 60", "created"},
		{"add to others", modeAdd, a(0, one, 60), []Record{a(1, two, 60)}, "+A 192.0.2.1 ttl 60", "created"},
		{"add what is there", modeAdd, a(0, one, 60), []Record{a(1, two, 60), a(2, one, 60)}, "", "noop"},
		{"add what is there with another ttl", modeAdd, a(0, one, 60), []Record{a(1, two, 300), a(2, one, 300)}, "2=A 192.0.2.1 ttl 60", "updated"},
		{"add beside a cname", modeAdd, a(0, one, 60), []Record{cname(1, "x.example.net")}, "", "records_in_the_way"},
		{"add a cname to another", modeAdd, cname(0, "x.example.net"), []Record{cname(1, "y.example.net")}, "", "records_in_the_way"},
		{"add a cname to itself", modeAdd, cname(0, "x.example.net"), []Record{cname(1, "X.example.net")}, "", "noop"},

		{"replace none", modeReplace, a(0, one, 60), nil, "+A 192.0.2.1 ttl 60", "created"},
		{"replace what is there", modeReplace, a(0, one, 60), []Record{a(1, one, 60)}, "", "noop"},
		{"replace others", modeReplace, a(0, one, 60), []Record{a(2, two, 60), a(1, two, 60)}, "1=A 192.0.2.1 ttl 60, -2", "updated"},
		{"replace keeps the equal one", modeReplace, a(0, one, 60), []Record{a(1, two, 60), a(2, one, 60), a(3, one, 60)}, "-1, -3", "updated"},
		{"replace moves the ttl", modeReplace, a(0, one, 60), []Record{a(1, two, 300), a(2, one, 300)}, "2=A 192.0.2.1 ttl 60, -1", "updated"},
		{"replace a cname", modeReplace, a(0, one, 60), []Record{cname(1, "x.example.net")}, "-1, +A 192.0.2.1 ttl 60", "replaced"},
	} {
		got, err := want{zone: "example.com", mode: c.mode, rec: exactly(c.want)}.plan(c.live)
		outcome := got.Outcome
		if err != nil {
			var reason engine.Reason
			if !errors.As(err, &reason) || !strings.HasPrefix(err.Error(), string(reason)) {
				t.Errorf("%s: %v names no reason", c.name, err)
			}
			outcome, got.Ops = string(reason), nil
		}
		if outcome != c.outcome || line(got.Ops) != c.ops {
			t.Errorf("%s: %q %s, want %q %s", c.name, line(got.Ops), outcome, c.ops, c.outcome)
		}
	}
}

func picked(recordType, name, data string) said {
	s := said{Record: Record{Type: recordType, Name: name}}
	if data != "" {
		s.Data, s.given = data, fieldData
	}
	return s
}

func TestADeletePlansExactlyWhatWasChosen(t *testing.T) {
	t.Parallel()
	live := []Record{txt(1, "x"), txt(2, "y"), txt(3, "y"), a(4, "192.0.2.1", 60), {ID: 5, Type: "TXT", Name: "m", Data: "x", TTL: 60}}
	for _, c := range []struct {
		u       unwanted
		ops     string
		outcome string
	}{
		{unwanted{pick: picked("TXT", "n", "")}, "", "several_records"},
		{unwanted{pick: picked("TXT", "n", "x")}, "-1", "deleted"},
		{unwanted{pick: picked("TXT", "n", "X")}, "", "absent"},
		{unwanted{pick: picked("TXT", "n", "y")}, "", "several_records"},
		{unwanted{pick: picked("TXT", "n", "y"), all: true}, "-2, -3", "deleted"},
		{unwanted{pick: picked("TXT", "n", ""), all: true}, "-1, -2, -3", "deleted"},
		{unwanted{pick: picked("A", "n", "")}, "-4", "deleted"},
		{unwanted{pick: picked("AAAA", "n", "")}, "", "absent"},
		{unwanted{pick: picked("AAAA", "n", ""), all: true}, "", "absent"},
		{unwanted{pick: picked("TXT", "q", "")}, "", "absent"},
	} {
		c.u.zone = "example.com"
		got, err := c.u.plan(live)
		outcome := got.Outcome
		if err != nil {
			outcome, got.Ops = "several_records", nil
			if !errors.Is(err, errAmbiguous) {
				t.Errorf("%+v: %v", c.u, err)
			}
		}
		if outcome != c.outcome || line(got.Ops) != c.ops {
			t.Errorf("%+v: %q %s, want %q %s", c.u, line(got.Ops), outcome, c.ops, c.outcome)
		}
	}
}

func TestAnUndoWritesBackOrRefuses(t *testing.T) {
	t.Parallel()
	const zone = "example.com"
	one, two, three := "192.0.2.1", "192.0.2.2", "192.0.2.3"
	plan := func(w Record, mode string, live ...Record) change {
		c, err := want{zone: zone, mode: mode, rec: exactly(w)}.plan(live)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	created := plan(a(0, one, 60), modeSingle)
	updated := plan(a(0, one, 60), modeSingle, a(1, two, 300))
	added := plan(a(0, one, 60), modeAdd, a(1, two, 300), a(2, three, 300))
	replaced := plan(a(0, one, 60), modeReplace, a(1, two, 300), a(2, three, 300))
	swapped := plan(cname(0, "x.example.net"), modeReplace, a(1, one, 300), txt(2, "x"))
	deleted, err := unwanted{zone: zone, pick: picked("A", "n", "")}.plan([]Record{a(1, one, 300)})
	if err != nil {
		t.Fatal(err)
	}
	fewer, err := unwanted{zone: zone, pick: picked("TXT", "n", "x")}.plan([]Record{txt(1, "x"), txt(2, "y")})
	if err != nil {
		t.Fatal(err)
	}
	twins, err := unwanted{zone: zone, pick: picked("TXT", "n", ""), all: true}.plan([]Record{txt(1, "x"), txt(2, "x")})
	if err != nil {
		t.Fatal(err)
	}
	done, maybe, no := progress{Done: true}, progress{}, progress{Refused: true}
	made := progress{Done: true, ID: 9}
	conflict := "conflict"
	for _, c := range []struct {
		name string
		c    change
		done []progress
		live []Record
		ops  string
	}{
		{"created", created, []progress{made}, []Record{a(9, one, 60)}, "-9"},
		{"created and gone", created, []progress{made}, nil, ""},
		{"created, and the same there under another id", created, []progress{made}, []Record{a(10, one, 60)}, conflict},
		{"created and gone, another beside", created, []progress{made}, []Record{a(10, two, 60)}, ""},
		{"created and changed", created, []progress{made}, []Record{a(9, two, 60)}, conflict},
		{"created and its ttl changed", created, []progress{made}, []Record{a(9, one, 90)}, conflict},
		{"created, ttl moved by a later neighbor", created, []progress{made}, []Record{a(9, one, 90), a(10, two, 90)}, "-9"},
		{"perhaps created, there", created, []progress{maybe}, []Record{a(9, one, 60)}, "-9"},
		{"perhaps created, not there", created, []progress{maybe}, []Record{a(9, two, 60)}, ""},
		{"create refused, somebody else's there", created, []progress{no}, []Record{a(9, one, 60)}, ""},

		{"updated", updated, []progress{done}, []Record{a(1, one, 60)}, "1=A 192.0.2.2 ttl 300"},
		{"updated and changed", updated, []progress{done}, []Record{a(1, three, 60)}, conflict},
		{"updated and its ttl changed", updated, []progress{done}, []Record{a(1, one, 90)}, conflict},
		{"updated, and its ttl moved by a new neighbor", updated, []progress{done}, []Record{a(1, one, 90), a(8, three, 90)}, "1=A 192.0.2.2 ttl 90"},
		{"updated, its ttl moved by a neighbor that says what it said", updated, []progress{done}, []Record{a(1, one, 90), a(8, two, 90)}, "-1"},
		{"updated and changed, beside a new neighbor", updated, []progress{done}, []Record{a(1, three, 90), a(8, "192.0.2.8", 90)}, conflict},
		{"updated and deleted", updated, []progress{done}, nil, conflict},
		{"updated, and the same there under another id", updated, []progress{done}, []Record{a(5, one, 60)}, conflict},
		{"updated and put back by hand", updated, []progress{done}, []Record{a(1, two, 300)}, ""},
		{"perhaps updated, it was", updated, []progress{maybe}, []Record{a(1, one, 60)}, "1=A 192.0.2.2 ttl 300"},
		{"perhaps updated, it was not", updated, []progress{maybe}, []Record{a(1, two, 300)}, ""},
		{"update refused, changed since", updated, []progress{no}, []Record{a(1, three, 300)}, ""},

		{"added, with the ttl of the set", added, []progress{made}, []Record{a(1, two, 60), a(2, three, 60), a(9, one, 60)}, "-9, 1=A 192.0.2.2 ttl 300"},
		{"added, ttl moved since", added, []progress{made}, []Record{a(1, two, 90), a(2, three, 90), a(9, one, 90)}, "-9"},
		{"added, a neighbor gone", added, []progress{made}, []Record{a(2, three, 60), a(9, one, 60)}, "-9, 2=A 192.0.2.3 ttl 300"},

		{"replaced", replaced, []progress{done, done}, []Record{a(1, one, 60)}, "+A 192.0.2.3 ttl 300, 1=A 192.0.2.2 ttl 300"},
		{"half replaced", replaced, []progress{done, no}, []Record{a(1, one, 60), a(2, three, 60)}, "1=A 192.0.2.2 ttl 300"},
		{"replaced, half undone", replaced, []progress{done, done}, []Record{a(1, one, 300), a(7, three, 300)}, "1=A 192.0.2.2 ttl 300"},
		{"replaced and one added since", replaced, []progress{done, done}, []Record{a(1, one, 60), a(8, "192.0.2.8", 60)}, "+A 192.0.2.3 ttl 300, 1=A 192.0.2.2 ttl 300"},

		{"swapped", swapped, []progress{done, done, made}, []Record{cname(9, "x.example.net")}, "-9, +TXT x ttl 1800, +A 192.0.2.1 ttl 300"},
		{"swapped, half undone", swapped, []progress{done, done, made}, []Record{txt(7, "x")}, "+A 192.0.2.1 ttl 300"},
		{"swapped and changed", swapped, []progress{done, done, made}, []Record{cname(9, "y.example.net")}, conflict},
		{"swapped, cname replaced by hand", swapped, []progress{done, done, made}, []Record{cname(8, "y.example.net")}, conflict},
		{"swap never finished", swapped, []progress{done, no, maybe}, []Record{txt(2, "x")}, "+A 192.0.2.1 ttl 300"},

		{"deleted", deleted, []progress{done}, nil, "+A 192.0.2.1 ttl 300"},
		{"deleted and listed late", deleted, []progress{done}, []Record{a(1, one, 300)}, "+A 192.0.2.1 ttl 300"},
		{"deleted and put back by hand", deleted, []progress{done}, []Record{a(5, one, 300)}, ""},
		{"deleted and another put there", deleted, []progress{done}, []Record{a(5, two, 300)}, conflict},
		{"deleted and put back by hand with another ttl", deleted, []progress{done}, []Record{a(5, one, 60)}, conflict},
		{"deleted and a cname put there", deleted, []progress{done}, []Record{cname(5, "x.example.net")}, conflict},
		{"deleted, another type beside", deleted, []progress{done}, []Record{txt(5, "x")}, "+A 192.0.2.1 ttl 300"},
		{"one of two deleted, the other made to say the same", fewer, []progress{done}, []Record{txt(2, "x")}, conflict},
		{"one of two deleted, the other back under another id", fewer, []progress{done}, []Record{txt(7, "y")}, "+TXT x ttl 1800"},
		{"one of two deleted, the other replaced", fewer, []progress{done}, []Record{txt(7, "z")}, conflict},
		{"two equal ones deleted", twins, []progress{done, done}, nil, "+TXT x ttl 1800, +TXT x ttl 1800"},
		{"perhaps deleted, listed", deleted, []progress{maybe}, []Record{a(1, one, 300)}, "1=A 192.0.2.1 ttl 300"},
		{"perhaps deleted, changed since", deleted, []progress{maybe}, []Record{a(1, two, 300)}, ""},
		{"delete refused", deleted, []progress{no}, []Record{a(1, one, 300)}, ""},
	} {
		got, err := c.c.undo(c.done, c.live, known{})
		ops := line(got.Ops)
		if err != nil {
			var con *engine.Conflict
			if !errors.As(err, &con) || con.Prior == "" || con.Written == "" || con.Live == "" {
				t.Errorf("%s: %v", c.name, err)
			}
			ops = conflict
		}
		if ops != c.ops {
			t.Errorf("%s: %q, want %q", c.name, ops, c.ops)
		}
	}
}

func TestAnUndoFollowsARecordToItsNewID(t *testing.T) {
	t.Parallel()
	c, err := want{zone: "example.com", mode: modeSingle, rec: exactly(a(0, "192.0.2.1", 60))}.plan([]Record{a(1, "192.0.2.2", 60)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.undo([]progress{{Done: true}}, []Record{a(12, "192.0.2.1", 60)}, known{became: map[int64]int64{1: 7, 7: 12}})
	if err != nil || line(got.Ops) != "12=A 192.0.2.2 ttl 60" {
		t.Errorf("%q, %v", line(got.Ops), err)
	}
	// A ring in the ids must end.
	if _, err := c.undo([]progress{{Done: true}}, nil, known{became: map[int64]int64{1: 7, 7: 1}}); err == nil {
		t.Error("no conflict for a record that is gone")
	}
}

func TestAResumedChangeAdoptsWhatItMadeAndRefusesWhatOthersChanged(t *testing.T) {
	t.Parallel()
	one, two, three := "192.0.2.1", "192.0.2.2", "192.0.2.3"
	plan := func(mode string, live ...Record) change {
		c, err := want{zone: "example.com", mode: mode, rec: exactly(a(0, one, 60))}.plan(live)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	twice := plan(modeAdd, a(1, two, 60))
	for _, c := range []struct {
		name string
		c    change
		done []progress
		live []Record
		want string
	}{
		{"not there", plan(modeSingle), []progress{{}}, nil, "[{0 false false}]"},
		{"there once more", plan(modeSingle), []progress{{}}, []Record{a(9, one, 60)}, "[{9 true false}]"},
		{"another's since, after a refusal", plan(modeSingle), []progress{{Refused: true}}, []Record{a(9, one, 60)}, "[{0 false true}]"},
		{"set, there once more", twice, []progress{{}}, []Record{a(1, two, 60), a(9, one, 60)}, "[{9 true false}]"},
		{"update applied", plan(modeSingle, a(1, two, 60)), []progress{{}}, []Record{a(1, one, 60)}, "[{0 true false}]"},
		{"update not applied", plan(modeSingle, a(1, two, 60)), []progress{{}}, []Record{a(1, two, 60)}, "[{0 false false}]"},
		{"changed by another", plan(modeSingle, a(1, two, 60)), []progress{{}}, []Record{a(1, three, 60)}, "error"},
		{"deleted by another", plan(modeSingle, a(1, two, 60)), []progress{{}}, nil, "error"},
		{"delete applied", plan(modeReplace, a(1, one, 60), a(2, two, 60)), []progress{{}}, []Record{a(1, one, 60)}, "[{0 true false}]"},
		{"delete not applied", plan(modeReplace, a(1, one, 60), a(2, two, 60)), []progress{{}}, []Record{a(1, one, 60), a(2, two, 60)}, "[{0 false false}]"},
		{"to delete, changed by another", plan(modeReplace, a(1, one, 60), a(2, two, 60)), []progress{{}}, []Record{a(1, one, 60), a(2, three, 60)}, "error"},
	} {
		got, err := c.c.resume(c.done, c.live)
		text := courses(got)
		if err != nil {
			if text = "error"; !errors.Is(err, errChanged) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if text != c.want {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
	}
}

// courses is how far ops have come, as a line.
func courses(done []progress) string {
	var out []string
	for _, p := range done {
		out = append(out, fmt.Sprintf("{%d %t %t}", p.ID, p.Done, p.Refused))
	}
	return "[" + strings.Join(out, " ") + "]"
}
