package storagetest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arcadia/engine"
)

// epoch is when the samples begin: any fixed instant.
var epoch = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

// ID is a valid saga id made of its number: ids sort by number, and no two shorts are equal.
func ID(n int) engine.ID {
	var u uuid.UUID
	ms := uint64(epoch.UnixMilli()) + uint64(n)
	binary.BigEndian.PutUint64(u[:8], ms<<16|0x7000)
	binary.BigEndian.PutUint64(u[8:], uint64(0x8000)<<48|uint64(uint32(n)*2654435761))
	return engine.ID(u.String())
}

// Creation is a well-formed batch that creates saga n: kind and creator depend on the number.
func Creation(n int) engine.Batch {
	return CreationOf(ID(n), []string{"echo", "snapshot_droplet", "upsert_dns_record"}[n%3], []string{"ada", "grace"}[n%2])
}

// CreationOf is a well-formed batch that creates a saga of the given id, kind and creator.
func CreationOf(id engine.ID, kind, by string) engine.Batch {
	at := engine.At(epoch)
	steps := []string{"echo", "echo", "echo"}
	return engine.Batch{
		ID: id,
		Entries: []engine.Entry{{
			V: 1, Seq: 1, At: at, Type: engine.EntryCreated, By: &engine.Actor{Name: by},
			Created: &engine.Created{ID: id, Kind: kind, StepNames: steps, Inputs: engine.Inputs{"text": "<hello> & 世界"}},
		}},
		Summary: engine.Summary{
			ID: id, Short: id.Short(), Kind: kind, Status: engine.Pending, StepNames: steps, Target: "text hello",
			CreatedBy: by, CreatedAt: at, UpdatedAt: at, Seq: 1,
		},
	}
}

// After is a well-formed batch that takes the saga from its header to the given status, with n entries.
func After(s engine.Summary, to engine.Status, n int) engine.Batch {
	b := engine.Batch{ID: s.ID, After: s.Seq}
	at := engine.At(epoch.Add(time.Duration(s.Seq) * time.Second))
	for i := range n {
		seq := s.Seq + uint64(i) + 1
		b.Entries = append(b.Entries, engine.Entry{
			V: 1, Seq: seq, At: at, Type: engine.EntryStepCompleted, Idx: i, Attempt: 1,
			Put: map[string]json.RawMessage{fmt.Sprintf("echoed_at_step_%d", i): json.RawMessage(`"hello"`)},
		})
	}
	s.Seq += uint64(n)
	s.Status, s.UpdatedAt = to, at
	if to.Terminal() {
		s.FinishedAt = at
	}
	if to == engine.Failed {
		s.Residue, s.UndoTotal = 1, 2
		s.Error = &engine.SagaError{Reason: "step_failed:fail", CompensateFromIdx: 1}
	}
	b.Summary = s
	return b
}

// Resource is version v of a resource that saga n wrote.
func Resource(name string, n, v int) *engine.Resource {
	return &engine.Resource{
		Type: "dns_record", ExternalID: name, Name: name + ".example.com",
		Spec: json.RawMessage(fmt.Sprintf(`{"ttl":%d}`, v)), SpecVersion: v, SagaID: ID(n),
		CreatedAt: engine.At(epoch), UpdatedAt: engine.At(epoch),
	}
}
