package host

import (
	"context"
	"encoding/json"
	"fmt"

	"arcadia/engine"
	"arcadia/tui"
	"arcadia/tui/sshd"
)

// settingsDocs is the collection in which the settings of those are who come in over SSH, by their names: in the store, so that they
// are the same on every host of it.
const settingsDocs = "settings"

// maxSettings bounds the text of an operator's settings.
const maxSettings = 32 << 10

// inStore keeps the settings of one operator in the store.
type inStore struct {
	host *Host
	name string
}

// Read reads them. Who has none has empty ones.
func (k inStore) Read(ctx context.Context) ([]byte, error) {
	text, _, err := k.read(ctx)
	return []byte(text), err
}

func (k inStore) read(ctx context.Context) (text string, version uint64, err error) {
	docs, err := k.session().Docs(ctx, settingsDocs, k.name)
	if err != nil || len(docs) == 0 {
		return "", 0, err
	}
	return text, docs[0].Version, json.Unmarshal(docs[0].Body, &text)
}

// Write keeps them, unless somebody has changed them at the same time.
func (k inStore) Write(ctx context.Context, text []byte) error {
	if len(text) > maxSettings {
		return fmt.Errorf("%w: settings of %d bytes: at most %d are kept", engine.ErrInput, len(text), maxSettings)
	}
	_, version, err := k.read(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(string(text))
	if err != nil {
		return err
	}
	d := engine.DocChange{Doc: engine.Doc{Collection: settingsDocs, Name: k.name, Body: body}, IfVersion: version}
	return k.session().PutDocs(ctx, d)
}

// session may write whatever the operator's own role is: how a console looks is for everybody to say who sees it.
func (k inStore) session() *engine.Session {
	return k.host.As(engine.Actor{Name: k.name, Role: engine.Operator})
}

// kept is where the settings of a session's operator are kept.
func (h *Host) kept(s *sshd.Session) tui.Keeper {
	if s.Local() {
		return h.Own
	}
	return inStore{h, s.Actor().Name}
}

// settings are those of a session's operator, and where they are kept.
func (h *Host) settings(ctx context.Context, s *sshd.Session) (tui.Settings, string, error) {
	k := h.kept(s)
	if k == nil {
		return tui.Settings{}, "", nil
	}
	got, err := tui.ReadSettings(ctx, k)
	where := "the store, for " + s.Actor().Name
	if s.Local() {
		where = fmt.Sprint(h.Own)
	}
	return got, where, err
}

// chosen gives a console the settings of its operator. Wrong ones are said in its footer, and not used.
func (h *Host) chosen(ctx context.Context, cfg *tui.Config, s *sshd.Session) {
	var err error
	cfg.Kept, cfg.Remembers = h.kept(s), !s.Local()
	cfg.Settings, _, err = h.settings(ctx, s)
	if err != nil {
		cfg.Warning = "your settings are not used: " + err.Error()
	}
}
