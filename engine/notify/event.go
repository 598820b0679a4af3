package notify

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/engine/night"
)

// Event is what somebody wants to be told.
type Event string

// The events. Of those of one moment a target is told the first that it wants.
const (
	Failed       Event = "failed"        // a saga has not done what it was launched for: it failed, or was rolled back by itself
	NeedsYou     Event = "needs_you"     // a saga waits for a person
	Recovered    Event = "recovered"     // the first completion after a failure of the same kind and target
	Completed    Event = "completed"     // off unless asked for
	Missed       Event = "missed"        // an occurrence of a schedule was too late, or was refused
	Frozen       Event = "frozen"        // everything
	Thawed       Event = "thawed"        // and it goes on
	TokenRefused Event = "token_refused" // the provider does not take the token, which has frozen everything
	Drift        Event = "drift"         // a resource is not as it was wanted
	Undelivered  Event = "undelivered"   // another target could not be told
	LastNight    Event = "last_night"    // what went on in the night, once it is over; off unless asked for

	ApprovalRequested Event = "approval_requested"
	ApprovalGranted   Event = "approval_granted"
	ApprovalRefused   Event = "approval_refused"
	ApprovalVoided    Event = "approval_voided" // what was approved does not count any more
	GlassBroken       Event = "glass_broken"    // somebody goes on without approvals, and why

	Digest Event = "digest" // several at once
	Test   Event = "test"
)

// Events are those that a target can ask for.
var Events = []Event{
	GlassBroken, ApprovalRequested, ApprovalGranted, ApprovalRefused, ApprovalVoided, Failed, NeedsYou, Recovered, Completed, Missed, Frozen, Thawed,
	TokenRefused, Drift, Undelivered, LastNight,
}

var byDefault = slices.DeleteFunc(slices.Clone(Events), func(e Event) bool { return e == Completed || e == LastNight })

func words(events []Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, string(e))
	}
	return out
}

// Note is one thing that happened, as facts.
type Note struct {
	Event    Event           `json:"event"`
	At       engine.Time     `json:"at"`
	Saga     engine.ID       `json:"saga,omitempty"`
	Seq      uint64          `json:"seq,omitempty"`
	Kind     string          `json:"kind,omitempty"`
	Subject  string          `json:"target,omitempty"` // what the saga is about
	By       string          `json:"by,omitempty"`
	Status   engine.Status   `json:"status,omitempty"`
	Reason   string          `json:"reason,omitempty"` // as in engine.SagaError, or why an occurrence was missed
	Residue  int             `json:"residue,omitempty"`
	Took     time.Duration   `json:"took,omitempty"`
	Schedule string          `json:"schedule,omitempty"`
	Resource string          `json:"resource,omitempty"` // of drift: its key
	State    string          `json:"state,omitempty"`    // of drift: modified, deleted
	Told     string          `json:"told,omitempty"`     // of undelivered: the target that was not told
	Waiting  *engine.Waiting `json:"waiting,omitempty"`
	Asked    *engine.Waiting `json:"approval,omitempty"` // how many have approved which plan
	Night    *night.Night    `json:"night,omitempty"`    // of last_night
	Parts    []Note          `json:"parts,omitempty"`    // of a digest
	More     int             `json:"more,omitempty"`     // of a digest: those that are left out
}

// eventsOf are the events in one commit of a saga, the first the most important one. It is pure.
func eventsOf(was, is *engine.Summary, happened []engine.Entry) []Event {
	var out []Event
	for i := range happened {
		switch happened[i].Type {
		case engine.EntryGlassBroken:
			out = append(out, GlassBroken)
		case engine.EntryApprovalVoided:
			out = append(out, ApprovalVoided)
		case engine.EntryApprovalRequested:
			out = append(out, ApprovalRequested)
		case engine.EntryApprovalGranted:
			out = append(out, ApprovalGranted)
		case engine.EntryApprovalRefused:
			out = append(out, ApprovalRefused)
		case engine.EntrySagaFailed:
			out = append(out, Failed, NeedsYou)
		case engine.EntrySagaRolledBack:
			if is.Error.StepFailed() {
				out = append(out, Failed)
			}
		case engine.EntrySagaCompleted:
			out = append(out, Recovered, Completed)
		default:
		}
	}
	if person(is) != nil && person(was) == nil {
		out = append(out, NeedsYou)
	}
	return out
}

// person is the wait for a person, nil when there is none.
func person(s *engine.Summary) *engine.Waiting {
	at := slices.IndexFunc(s.Waiting, func(w engine.Waiting) bool { return w.For == engine.ForOperator && w.Because != engine.BecausePaused })
	if at < 0 {
		return nil
	}
	return &s.Waiting[at]
}

// Past is how a Teller looks at sagas of before. A store is one.
type Past interface {
	Reader
	List(ctx context.Context, q engine.Query) (engine.Page, error)
}

// Teller gives an engine the deliveries that become durable with what happens; its Tell is for engine.Config.
type Teller struct{ Store Past }

// lookBack is how many sagas of a kind are looked at for the last one about the same thing.
const lookBack = 100

// Tell gives a delivery for each target that wants to know. Without an event it does not look at the store.
func (t Teller) Tell(ctx context.Context, was, is engine.Summary, happened []engine.Entry) ([]engine.DocChange, error) {
	events := eventsOf(&was, &is, happened)
	if len(events) == 0 {
		return nil, nil
	}
	targets, err := List(ctx, t.Store)
	if err != nil || len(targets) == 0 {
		return nil, err
	}
	if slices.Contains(events, Recovered) {
		again, err := t.recovered(ctx, &is)
		if err != nil {
			return nil, err
		}
		if !again {
			events = slices.DeleteFunc(events, func(e Event) bool { return e == Recovered })
		}
	}
	n := Note{
		At: is.UpdatedAt, Saga: is.ID, Seq: is.Seq, Kind: is.Kind, Subject: is.Target, By: is.CreatedBy, Status: is.Status,
		Residue: is.Residue, Took: is.UpdatedAt.Sub(is.CreatedAt.Time), Waiting: person(&is),
	}
	if is.Error != nil {
		n.Reason = is.Error.Reason
	}
	n.of(happened)
	var out []engine.DocChange
	for _, target := range targets {
		for _, e := range events {
			n.Event = e
			if !target.wants(n) {
				continue
			}
			d, err := deliver(deliveryOf(n.Saga, n.Seq, target.Name), target.Name, n)
			if err != nil {
				return nil, err
			}
			out = append(out, d)
			break
		}
	}
	return out, nil
}

// of adds to a note about an approval who said what, and how it stands.
func (n *Note) of(happened []engine.Entry) {
	for i := range happened {
		switch e := &happened[i]; e.Type {
		case engine.EntryGlassBroken, engine.EntryApprovalRefused:
			n.By, n.Reason = e.By.Name, e.Why
		case engine.EntryApprovalVoided:
			n.Reason = e.Reason
		case engine.EntryApprovalRequested:
			n.Asked = &engine.Waiting{For: engine.ForApproval, Because: engine.BecauseUnapproved, N: e.Approval.Need, Text: e.Approval.Hash.Short(), Until: e.Approval.Until}
		default:
		}
	}
}

// recovered reports whether the saga of the same kind about the same thing before this one has not done what it should.
func (t Teller) recovered(ctx context.Context, is *engine.Summary) (bool, error) {
	p, err := t.Store.List(ctx, engine.Query{Kind: is.Kind, From: is.ID, Limit: lookBack})
	for i := range p.Items {
		if s := &p.Items[i]; s.Target == is.Target && s.Status.Terminal() {
			return s.Status == engine.Failed || s.Status == engine.RolledBack && s.Error.StepFailed(), err
		}
	}
	return false, err
}

// Tell gives a delivery for each target that wants to know of a note that is about no saga. id names what happened, and is the
// same whenever it is told again.
func Tell(ctx context.Context, r Reader, id string, n Note) ([]engine.DocChange, error) {
	targets, err := List(ctx, r)
	if err != nil {
		return nil, err
	}
	var out []engine.DocChange
	for _, target := range targets {
		if !target.wants(n) || target.Name == n.Told {
			continue
		}
		d, err := deliver(id+"/"+target.Name, target.Name, n)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// Delivery is a document of the outbox: what a target is to be told. Its name is its id, the same at every try.
type Delivery struct {
	ID     string      `json:"id"`
	Target string      `json:"target"`
	Note   Note        `json:"note"`
	Tries  int         `json:"tries,omitempty"`
	Next   engine.Time `json:"next_try_at,omitzero"`
	Sent   engine.Time `json:"sent_at,omitzero"` // when the receiver has taken it
	Answer string      `json:"answer,omitempty"` // of the last try: "204", or why it was not taken
	GaveUp engine.Time `json:"gave_up_at,omitzero"`
	// Dropped is when somebody has said that one that was given up need not arrive any more.
	Dropped engine.Time `json:"dropped_at,omitzero"`
	// Digest is the delivery that has told this with others.
	Digest string `json:"digest,omitempty"`
}

func deliver(id, target string, n Note) (engine.DocChange, error) {
	body, err := json.Marshal(Delivery{ID: id, Target: target, Note: n})
	return engine.DocChange{Doc: engine.Doc{Collection: Outbox, Name: id, Body: body}}, err
}
