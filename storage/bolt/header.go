package bolt

import (
	"encoding/json"
	"fmt"

	"arcadia/engine"
)

// recordVersion is the version of the stored form of headers, locks, resources and keys. Entries carry their own.
const recordVersion = 1

// header is the stored form of a summary. The fields below the embedded summary take the place of those of the same name
// in it, to leave out of the file what the key says already and what is empty. A field that Summary gains is stored
// without being named here.
//
// In the file a header has "last" after "sum": the sum of the saga's last entry, so that the writer can extend the chain,
// and readers can tell that the end is there, without reading the ledger.
type header struct {
	V int `json:"v"`
	engine.Summary

	ID              *struct{}         `json:"id,omitempty"`
	Short           *struct{}         `json:"short,omitempty"`
	CurrentStepIdx  int               `json:"current_step_idx,omitempty"`
	Error           *engine.SagaError `json:"error,omitempty"`
	CancelRequested bool              `json:"cancel_requested,omitempty"`
	Target          string            `json:"target,omitempty"`
	CreatedBy       string            `json:"created_by,omitempty"`
	StartedAt       engine.Time       `json:"started_at,omitzero"`
	FinishedAt      engine.Time       `json:"finished_at,omitzero"`
	WaitingOn       string            `json:"waiting_on,omitempty"`
	Residue         int               `json:"residue,omitempty"`
	Undone          int               `json:"undone,omitempty"`
	UndoTotal       int               `json:"undo_total,omitempty"`
}

func newHeader(s engine.Summary) header {
	return header{
		V: recordVersion, Summary: s,
		CurrentStepIdx: s.CurrentStepIdx, Error: s.Error, CancelRequested: s.CancelRequested, Target: s.Target,
		CreatedBy: s.CreatedBy, StartedAt: s.StartedAt, FinishedAt: s.FinishedAt, WaitingOn: s.WaitingOn,
		Residue: s.Residue, Undone: s.Undone, UndoTotal: s.UndoTotal,
	}
}

func (h *header) summary(k key) engine.Summary {
	s := h.Summary
	s.ID = k.id()
	s.Short = s.ID.Short()
	s.CurrentStepIdx, s.Error, s.CancelRequested, s.Target = h.CurrentStepIdx, h.Error, h.CancelRequested, h.Target
	s.CreatedBy, s.StartedAt, s.FinishedAt, s.WaitingOn = h.CreatedBy, h.StartedAt, h.FinishedAt, h.WaitingOn
	s.Residue, s.Undone, s.UndoTotal = h.Residue, h.Undone, h.UndoTotal
	return s
}

const (
	lastStart = `,"last":"`
	lastFrame = len(lastStart) + sumText + 1
)

// headerDraft is a header without "sum" and "last". Its digest is of what follows both.
type headerDraft draft

func newHeaderDraft(k key, h header) (headerDraft, error) {
	d, err := encode(headersBucket, k[:], h, lastStart+noSum)
	return headerDraft(d), err
}

// seal completes the header with the sum of the last entry, which its own sum covers as what came before.
func (d *headerDraft) seal(last sum) []byte {
	s := link(last, &d.digest)
	s.put(d.value[len(sealStart) : len(sealStart)+sumText])
	at := sealFrame + len(lastStart)
	last.put(d.value[at : at+sumText])
	return d.value
}

// headerLast reads the sum of the saga's last entry out of a stored header, unchecked.
func headerLast(value []byte) (sum, error) {
	if _, err := statedSum(value); err != nil {
		return sum{}, err
	}
	end := sealFrame + lastFrame
	if len(value) < end+2 || string(value[sealFrame:sealFrame+len(lastStart)]) != lastStart || value[end-1] != '"' || value[end] != ',' {
		return sum{}, errBadSum
	}
	last, ok := parseSum(value[sealFrame+len(lastStart) : end-1])
	if !ok {
		return sum{}, errBadSum
	}
	return last, nil
}

// readHeader checks a stored header and decodes it.
func readHeader(k key, value []byte) (header, sum, error) {
	var h header
	last, err := headerLast(value)
	if err != nil {
		return h, last, damaged("header of saga "+k.id().Short(), err)
	}
	d := digest(headersBucket, k[:], value[sealFrame+lastFrame:])
	if stated, _ := statedSum(value); link(last, &d) != stated {
		return h, last, damaged("header of saga "+k.id().Short(), errBadSum)
	}
	if err := json.Unmarshal(value, &h); err != nil {
		return h, last, damaged("header of saga "+k.id().Short(), err)
	}
	if h.V > recordVersion {
		return h, last, fmt.Errorf("header of saga %s has form %d, this build knows %d: use a newer arcadia", k.id().Short(), h.V, recordVersion)
	}
	return h, last, nil
}
