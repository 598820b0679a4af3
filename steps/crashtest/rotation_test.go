package crashtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
)

// rotations are the nights: a copy, a look whether it is sound, and then the older of two of before goes. What others have made stays,
// and so does the newest of before. And an orphan of a volume is adopted.
func rotations() []*scenario {
	thing := map[string]string{"rotate_snapshots": "droplet_id=$droplet", "rotate_volume_snapshots": "volume=$volume"}
	night := func(kind string) *scenario {
		before := engine.Launch{Kind: kind, Inputs: fields(thing[kind] + " keep_last=9")}
		return &scenario{
			name: kind, kind: kind, final: true, inputs: fields(thing[kind] + " keep_last=1 max_delete=1"),
			first: &prologue{launches: []engine.Launch{before, before}, oldest: true},
			sets:  func(w *world) { w.addVolume() },
		}
	}
	droplets, volumes := night("rotate_snapshots"), night("rotate_volume_snapshots")
	droplets.ends = func(w *world, sg *engine.Saga) []string {
		all := w.pictures
		defer func() { w.pictures = all }()
		for i, p := range all {
			if p.ID == w.snapshot {
				w.pictures = slices.Delete(slices.Clone(all), i, i+1)
			}
		}
		return append(w.snapshotsShould(sg.ID), w.copiesShould(w.copies)...)
	}
	volumes.ends = func(w *world, sg *engine.Saga) []string {
		now := w.copiesNow()
		went := slices.DeleteFunc(slices.Clone(w.copies), func(name string) bool { return slices.Contains(now, name) })
		if len(went) != 1 || !strings.HasPrefix(went[0], "arcadia-vol-") || strings.HasSuffix(went[0], "-00000000") {
			return []string{fmt.Sprintf("%v are gone of %v: want one of the two of before, which can be of one second", went, w.copies)}
		}
		want := slices.DeleteFunc(slices.Clone(w.copies), func(name string) bool { return name == went[0] })
		return append(w.snapshotsShould(), w.copiesShould(append(want, "arcadia-vol-"+w.volume+"-"+sg.Short))...)
	}
	for _, s := range []*scenario{droplets, volumes} {
		s.counts = func(w *world, before, now []account) []string {
			if len(before) == 2 && len(now) == 2 && now[0].state == inSync && now[1].state == inSync {
				return nil
			}
			return []string{fmt.Sprintf("it accounts for %v, before it for %v; want the newer one of before and the new one", now, before)}
		}
	}
	orphan := &scenario{
		name: "adopt an orphan of a volume", kind: "adopt_volume_snapshot", steps: []string{"adopt_volume_snapshot"}, inputs: fields("volume_snapshot=$copy"),
		sets: func(w *world) { w.addVolume() }, unchanged: true, first: &prologue{},
	}
	orphan.counts = func(w *world, _, now []account) []string {
		if len(now) == 1 && now[0].key == "volume_snapshot/"+w.copyID && now[0].state == inSync {
			return nil
		}
		return []string{fmt.Sprintf("it accounts for %v, want the orphan", now)}
	}
	return []*scenario{droplets, volumes, orphan}
}

// addVolume makes a volume with a copy that somebody has made by hand, and one of another ledger's saga.
func (w *world) addVolume() {
	w.volume = w.sim.AddVolume("data", w.droplet)
	for _, name := range []string{"by-hand", "arcadia-vol-" + w.volume + "-00000000"} {
		req := httptest.NewRequest(http.MethodPost, "/v2/volumes/"+w.volume+"/snapshots", strings.NewReader(`{"name":`+strconv.Quote(name)+`}`))
		req.Header.Set("Authorization", "Bearer dop_v1_test")
		req.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		w.sim.ServeHTTP(rec, req)
		if rec.Code != http.StatusCreated {
			panic(fmt.Sprintf("a copy by hand: %d %s", rec.Code, rec.Body))
		}
	}
	all := w.sim.VolumeSnapshots()
	w.copyID = all[len(all)-1].ID
}

// copiesNow are the names of the snapshots of volumes, the oldest first.
func (w *world) copiesNow() []string {
	var out []string
	for _, v := range w.sim.VolumeSnapshots() {
		out = append(out, v.Name)
	}
	return out
}

func (w *world) copiesShould(want []string) []string {
	return differences("snapshots of volumes", w.copiesNow(), want)
}
