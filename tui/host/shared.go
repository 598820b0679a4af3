package host

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"reflect"
	"slices"
	"sync"
	"time"

	"arcadia/engine"
	"arcadia/tui"
	"arcadia/tui/sshd"
)

// Board is where the hosts of one store leave word for each other. Nothing depends on what is there.
type Board interface {
	// Post puts a word there in the place of the last of that name. A passing one goes with the process.
	Post(ctx context.Context, name string, word []byte, passing bool) error
	// Posts are the words whose names begin like that, by the rest of the name.
	Posts(ctx context.Context, prefix string) (map[string][]byte, error)
}

// Shared is what a host knows and does where several have the store open. Its zero value is that of one alone.
type Shared struct {
	Board   Board                                         // nil: the store is this process's alone
	Crowd   func() *engine.Crowd                          // likewise
	Members func(context.Context) (engine.Cluster, error) // the store and who drove; likewise
	Decides func(what, digest string)                     // says which files of this host decide; likewise
	Policy  string                                        // one of them: what holds for every launch

	mu        sync.Mutex      // guards the fields below
	elsewhere map[string]word // what the other hosts have left, by their names
	moved     map[string]kept // where operators are, and the board does not say yet
}

// Where words stand on the board.
const (
	hereAt  = "here/"  // HOST: who is there
	placeAt = "place/" // OPERATOR: where one was
)

// word is what a host says of itself.
type word struct {
	People []sshd.Presence `json:"people"`
	Budget tui.Calls       `json:"budget"`
}

// kept is where an operator was, and when.
type kept struct {
	At   time.Time `json:"at"`
	Spot tui.Spot  `json:"place"`
}

// How often the board is read and written, how long one look may take, and how often a word is put there that has not changed.
const (
	boardEvery = 2 * time.Second
	boardTime  = time.Second
	boardAgain = 20 * time.Second
)

// share leaves word for the other hosts, and reads theirs, until ctx ends.
func (h *Host) share(ctx context.Context) {
	tick := time.NewTicker(boardEvery)
	defer tick.Stop()
	var said word
	var at time.Time
	for {
		if now := h.word(); !reflect.DeepEqual(now, said) || time.Since(at) >= boardAgain {
			if h.post(ctx, hereAt+h.Shared.self(), now, true) == nil {
				said, at = now, time.Now()
			}
		}
		h.postPlaces(ctx)
		h.readBoard(ctx)
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), boardTime)
			defer cancel()
			h.postPlaces(last)
			return
		case <-tick.C:
		}
	}
}

func (s *Shared) self() string {
	if s.Crowd == nil {
		return ""
	}
	if c := s.Crowd(); c != nil {
		return c.Self
	}
	return ""
}

// word is who is here and what is left of the budget. Budgets change with every call, so that only a tenth of one is a change.
func (h *Host) word() word {
	w := word{People: h.here.List()}
	for i := range w.People {
		w.People[i].Since = w.People[i].Since.Round(0).UTC()
	}
	if h.Budget != nil {
		b := h.Budget()
		w.Budget = tui.Calls{Left: b.Remaining, Limit: b.Limit}
		if step := b.Limit / 10; step > 0 && b.Remaining > step {
			w.Budget.Left = b.Remaining / step * step
		}
	}
	return w
}

func (h *Host) post(ctx context.Context, name string, v any, passing bool) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, boardTime)
	defer cancel()
	return h.Shared.Board.Post(ctx, name, raw, passing)
}

// postPlaces says where operators have gone since. What could not be said is said the next time.
func (h *Host) postPlaces(ctx context.Context) {
	s := &h.Shared
	s.mu.Lock()
	moved := s.moved
	s.moved = nil
	s.mu.Unlock()
	for operator, k := range moved {
		if h.post(ctx, placeAt+operator, k, false) == nil {
			continue
		}
		s.mu.Lock()
		if s.moved == nil {
			s.moved = map[string]kept{}
		}
		if _, newer := s.moved[operator]; !newer {
			s.moved[operator] = k
		}
		s.mu.Unlock()
	}
}

// readBoard reads who is on the other hosts.
func (h *Host) readBoard(ctx context.Context) {
	s := &h.Shared
	ctx, cancel := context.WithTimeout(ctx, boardTime)
	defer cancel()
	posts, err := s.Board.Posts(ctx, hereAt)
	if err != nil {
		return
	}
	all, self := map[string]word{}, s.self()
	for host, raw := range posts {
		var w word
		if host != self && json.Unmarshal(raw, &w) == nil {
			all[host] = w
		}
	}
	s.mu.Lock()
	changed := !reflect.DeepEqual(all, s.elsewhere)
	s.elsewhere = all
	s.mu.Unlock()
	if changed {
		h.here.Stir()
	}
}

// consolesElsewhere are the consoles on other hosts.
func (s *Shared) consolesElsewhere() (all []tui.Presence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for host, w := range s.elsewhere {
		for _, p := range w.People {
			if p.What == sshd.Console {
				all = append(all, tui.Presence{Name: p.Operator, Saga: p.Saga, Host: host})
			}
		}
	}
	return all
}

// Cluster is the store and who drove, with who is where.
func (h *Host) Cluster(ctx context.Context) (tui.Cluster, error) {
	store, err := h.Shared.Members(ctx)
	c := tui.Cluster{Cluster: store, Budgets: map[string]tui.Calls{}}
	h.readBoard(ctx)
	words := map[string]word{}
	if self := h.Shared.self(); self != "" {
		words[self] = h.word()
	}
	h.Shared.mu.Lock()
	maps.Copy(words, h.Shared.elsewhere)
	h.Shared.mu.Unlock()
	for host, w := range words {
		c.Budgets[host] = w.Budget
		for _, p := range w.People {
			c.People = append(c.People, tui.Person{Name: p.Operator, Host: host, From: p.From, Role: string(p.Role), Since: engine.At(p.Since), What: p.What, Saga: p.Saga})
		}
	}
	slices.SortFunc(c.People, func(a, b tui.Person) int {
		return cmp.Or(a.Since.Compare(b.Since.Time), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Name, b.Name))
	})
	return c, err
}

// moveTo keeps where an operator is, for whichever host comes next.
func (s *Shared) moveTo(operator string, p tui.Spot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.moved == nil {
		s.moved = map[string]kept{}
	}
	s.moved[operator] = kept{time.Now(), p}
}

// spotOf is where an operator was last, on whichever host; false when the board does not say.
func (s *Shared) spotOf(ctx context.Context, operator string) (tui.Spot, bool) {
	s.mu.Lock()
	k, ok := s.moved[operator]
	s.mu.Unlock()
	if ok {
		return k.Spot, true
	}
	ctx, cancel := context.WithTimeout(ctx, boardTime)
	defer cancel()
	posts, err := s.Board.Posts(ctx, placeAt+operator)
	if err != nil || posts[""] == nil || json.Unmarshal(posts[""], &k) != nil {
		return tui.Spot{}, false
	}
	return k.Spot, true
}

// decide says of a file of this host's own what it is to decide, so that a difference to the other hosts shows.
func (h *Host) decide(what, file string) {
	if h.Shared.Decides == nil || file == "" {
		return
	}
	raw, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		h.Shared.Decides(what, "none")
		return
	}
	if err != nil {
		h.Shared.Decides(what, "unreadable")
		return
	}
	sum := sha256.Sum256(raw)
	h.Shared.Decides(what, hex.EncodeToString(sum[:6]))
}

// health is why no saga goes on, nil when all is well.
func (h *Host) health(context.Context) error {
	if err := h.Engine.Err(); err != nil || h.Shared.Crowd == nil {
		return err
	}
	if c := h.Shared.Crowd(); c != nil && c.Held {
		if c.Mute {
			return errors.New("the store does not answer: no step of any saga starts until it does")
		}
		return errors.New("nobody drives: no step of any saga starts until a host does")
	}
	return nil
}

// hosts are figures of who has the store open.
func (h *Host) hosts() sshd.Hosts {
	c := h.Shared.Crowd()
	if c == nil {
		return sshd.Hosts{}
	}
	return sshd.Hosts{Count: len(c.Hosts), Drives: c.Driver == c.Self && c.Driver != "", Driverless: c.Held}
}
