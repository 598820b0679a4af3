package main

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
	"arcadia/storage/etcd"
	"arcadia/storage/storagetest"
	"arcadia/storage/transfer"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// intoFiles archives into files of a folder, each examined, and hands them over.
func intoFiles(t *testing.T, files *[]string) func(context.Context, *etcd.Moment, []engine.ID) (string, error) {
	t.Helper()
	dir := t.TempDir()
	return func(ctx context.Context, from *etcd.Moment, ids []engine.ID) (string, error) {
		file := filepath.Join(dir, string(ids[0])+".db")
		to, err := bolt.Open(file)
		if err != nil {
			return "", err
		}
		if err := errors.Join(transfer.Archive(ctx, from, to, ids, "an archive"), to.Close()); err != nil {
			return "", err
		}
		*files = append(*files, file)
		return file, sound(ctx, file)
	}
}

// sound examines a file as arcadia check does.
func sound(ctx context.Context, file string) error {
	r, err := bolt.VerifyFile(file)
	if err := errors.Join(err, r.Err()); err != nil {
		return err
	}
	s, err := bolt.OpenReadOnly(file)
	if err != nil {
		return err
	}
	broken, err := engine.Check(ctx, s)
	for _, b := range broken {
		err = errors.Join(err, errors.New(b.String()))
	}
	return errors.Join(err, s.Close())
}

// TestWhatIsPrunedIsInAnArchive looks for each saga in the store or in an archive, with the same ledger.
func TestWhatIsPrunedIsInAnArchive(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c, whole := fresh(), file(t)
	var files []string
	c.Archive = intoFiles(t, &files)
	s := opened(t, c)
	n := 120
	if !testing.Short() {
		n = 1200
	}
	for _, to := range []engine.Store{s, whole} {
		must(t, enginetest.Population{To: n, Unfinished: 3}.Fill(ctx, to))
	}
	removed, err := s.Prune(ctx, enginetest.MemberCreated(n-10))
	must(t, err)
	archived := map[engine.ID][]engine.Entry{}
	for _, file := range files {
		a, err := bolt.OpenReadOnly(file)
		must(t, err)
		p, err := a.List(ctx, engine.Query{Limit: 1000})
		must(t, err)
		for more := true; more; more = p.More {
			for _, h := range p.Items {
				archived[h.ID], err = a.Entries(ctx, h.ID, 0)
				must(t, err)
			}
			p, err = a.List(ctx, engine.Query{Limit: 1000, From: p.Items[len(p.Items)-1].ID})
			must(t, err)
		}
		must(t, a.Close())
	}
	gone := 0
	for i := range n {
		id := enginetest.Member(i)
		want, err := whole.Entries(ctx, id, 0)
		must(t, err)
		have, err := s.Entries(ctx, id, 0)
		if errors.Is(err, engine.ErrNotFound) {
			gone++
			have = archived[id]
		} else {
			must(t, err)
		}
		if text(t, have) != text(t, want) {
			t.Errorf("saga %d is not what it was", i)
		}
	}
	if gone != removed || gone == 0 || len(files) == 0 {
		t.Errorf("%d removed, %d gone, %d files", removed, gone, len(files))
	}
	must(t, verified(ctx, s))
	state, err := s.Condition(ctx)
	must(t, err)
	if !state.Archived.Equal(engine.At(enginetest.MemberCreated(n-10)).Time) || state.ArchivedIn != files[len(files)-1] {
		t.Errorf("the store says: archived up to %s in %s", state.Archived, state.ArchivedIn)
	}
}

// TestNothingIsRemovedThatIsNotArchived breaks the archiving, and changes a saga between its archive and its removal.
func TestNothingIsRemovedThatIsNotArchived(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := fresh()
	full := errors.New("the disk is full")
	c.Archive = func(context.Context, *etcd.Moment, []engine.ID) (string, error) { return "", full }
	s := opened(t, c)
	must(t, enginetest.Population{To: 40}.Fill(ctx, s))
	before := all(t, s)
	if _, err := s.Prune(ctx, time.Now()); !errors.Is(err, full) {
		t.Errorf("an archive that fails: %v", err)
	}
	if all(t, s) != before {
		t.Error("something was removed that no archive has")
	}

	var changed engine.ID
	c = fresh()
	c.Archive = func(_ context.Context, _ *etcd.Moment, ids []engine.ID) (string, error) {
		if changed == "" {
			changed = ids[0]
			heads, err := s.Summaries(ctx, changed)
			must(t, err)
			must(t, s.Append(ctx, storagetest.After(heads[0], heads[0].Status, 1)))
		}
		return "somewhere", nil
	}
	s = opened(t, c)
	must(t, enginetest.Population{To: 40}.Fill(ctx, s))
	if _, err := s.Prune(ctx, time.Now()); err != nil {
		t.Error(err)
	}
	if _, err := s.Entries(ctx, changed, 0); err != nil {
		t.Errorf("a saga that changed after its archive: %v", err)
	}
}

// verified examines a store in etcd as arcadia check does: its records, and what its ledgers mean.
func verified(ctx context.Context, s *etcd.Store) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	broken, err := engine.Check(ctx, now)
	for _, b := range broken {
		err = errors.Join(err, errors.New(b.String()))
	}
	return errors.Join(err, consistent(ctx, s))
}

// consistent examines the records alone.
func consistent(ctx context.Context, s *etcd.Store) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	r, err := now.Verify(ctx)
	for _, p := range r.Problems {
		err = errors.Join(err, errors.New(p))
	}
	return err
}

// TestCheckFindsEveryRecordThatIsWrong spoils one record after the other.
func TestCheckFindsEveryRecordThatIsWrong(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := fresh()
	s := opened(t, c)
	must(t, enginetest.Population{To: 30, Unfinished: 2}.Fill(ctx, s))
	must(t, s.PutFreeze(ctx, engine.Freeze{N: 1, At: engine.At(time.Now()), Why: "maintenance"}))
	b := storagetest.Creation(700)
	b.Locks = engine.LockChange{Ticket: 5, Take: []string{"zone:example.com"}}
	must(t, s.Append(ctx, b))
	client := raw(t, c)
	root := "/arcadia/" + c.Name + "/"
	list, err := client.Get(ctx, root, clientv3.WithPrefix())
	must(t, err)
	looked := map[string]bool{"meta": true, "n": true, "i": true, "term": true, "care": true} // what these say nobody depends on, or is checked elsewhere
	for _, kv := range list.Kvs {
		key := string(kv.Key[len(root):])
		sort := key
		for i, r := range key {
			if r == '/' {
				sort = key[:i]
				break
			}
		}
		if looked[sort] {
			continue
		}
		looked[sort] = true
		_, err := client.Delete(ctx, string(kv.Key))
		must(t, err)
		if verified(ctx, s) == nil {
			t.Errorf("nothing is found when %q is missing", key)
		}
		if sort == "c" {
			continue // its version is what it says, and cannot be put back
		}
		_, err = client.Put(ctx, string(kv.Key), string(kv.Value))
		must(t, err)
	}
	for _, extra := range []string{"e/" + string(enginetest.Member(99)) + "/0000000000000001", "s/completed\x00" + string(enginetest.Member(99)), "a/x", "f/x", "t/n\x00" + string(enginetest.Member(3))} {
		_, err := client.Put(ctx, root+extra, "{}")
		must(t, err)
		now, err := s.Now(ctx)
		must(t, err)
		r, err := now.Verify(ctx)
		must(t, err)
		if len(r.Problems) == 0 {
			t.Errorf("nothing is found with %q", extra)
		}
		_, err = client.Delete(ctx, root+extra)
		must(t, err)
	}
}

func raw(t *testing.T, c etcd.Config) *clientv3.Client {
	t.Helper()
	client, err := clientv3.New(clientv3.Config{Endpoints: c.Endpoints})
	must(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// TestAMomentThatHasBeenGivenUpIsSaid reads one after its revisions were compacted, as a backup does that takes too long.
func TestAMomentThatHasBeenGivenUpIsSaid(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	alone, err := start(t.TempDir(), 1, careless)
	must(t, err)
	defer alone.stop()
	c := fresh()
	c.Endpoints = alone.endpoints()
	s := opened(t, c)
	must(t, enginetest.Population{To: 5}.Fill(ctx, s))
	now, err := s.Now(ctx)
	must(t, err)
	must(t, enginetest.Population{From: 5, To: 10}.Fill(ctx, s))
	later, err := s.Now(ctx)
	must(t, err)
	client := raw(t, c)
	r, err := client.Get(ctx, "x")
	must(t, err)
	_, err = client.Compact(ctx, r.Header.Revision, clientv3.WithCompactPhysical())
	must(t, err)
	_, err = transfer.Copy(ctx, now, file(t), "a backup")
	says(t, err, "has been given up meanwhile", "try again")
	_, err = transfer.Copy(ctx, later, file(t), "a backup")
	must(t, err)
}
