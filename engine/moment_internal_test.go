package engine

import (
	"context"
	"encoding/json"
	"testing"
	"time"
)

// A verb that tells a step of its wait holds what the step's save needs: neither may wait for the other.
func TestAStepHearsOfItsWaitWhileItSaves(t *testing.T) {
	t.Parallel()
	saving, heard := make(chan struct{}), make(chan struct{})
	saga := &Saga{Context: map[string]json.RawMessage{}, Rows: []Row{{Output: map[string]json.RawMessage{}}}}
	s := newState(saga, &saga.Rows[0], 1, EntryStepSaved, func(context.Context, int, EntryType, map[string]json.RawMessage, []string) error {
		close(saving)
		select {
		case <-heard:
		case <-time.After(time.Minute):
			t.Error("whoever tells waits for the save")
		}
		return nil
	})
	go func() {
		<-saving
		s.hear(&Row{ended: true})
		close(heard)
	}()
	s.Put("key", "value")
	if err := s.Save(t.Context()); err != nil {
		t.Error(err)
	}
	if _, ended := s.moment(time.Now()); !ended {
		t.Error("it has not heard")
	}
}
