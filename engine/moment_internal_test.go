package engine

import (
	"context"
	"encoding/json"
	"testing"
	"time"
)

// slowly is an attempt that does something while it saves.
type slowly struct {
	attendant
	save func()
}

func (s slowly) record(context.Context, EntryType, map[string]json.RawMessage, []string) error {
	s.save()
	return nil
}

// A verb that tells a step of its wait holds what the step's save needs: neither may wait for the other.
func TestAStepHearsOfItsWaitWhileItSaves(t *testing.T) {
	t.Parallel()
	saving, heard := make(chan struct{}), make(chan struct{})
	saga := &Saga{Context: map[string]json.RawMessage{}, Rows: []Row{{Output: map[string]json.RawMessage{}}}}
	s := newState(saga, &saga.Rows[0], 1, EntryStepSaved, slowly{save: func() {
		close(saving)
		select {
		case <-heard:
		case <-time.After(time.Minute):
			t.Error("whoever tells waits for the save")
		}
	}})
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
