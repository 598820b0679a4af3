package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/clean"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// App is the root of the console. Use it as the model of one program.
type App struct {
	env      Env
	cfg      Config   // with the settings in it
	given    Config   // before any settings
	stacks   []stack  // one per root screen, in the order of their keys
	drawn    *Drawing // the body after the last message; nil: it has to be drawn
	at       int      // which of them is shown
	overlays []Overlay
	profile  colorprofile.Profile
	mouse    bool
	plain    dump
	last     *Message // what the footer shows
	fade     func()   // ends the wait for its time
	here     presence
	muxed    bool               // the terminal is tmux, which keeps for itself what is not wrapped
	called   map[engine.ID]bool // sagas that the terminal's owner was told of, while they need somebody
	notice   string             // a word of whoever serves this session; until a key is pressed

	ctx    context.Context //nolint:containedctx // of the session: commands end with it
	end    context.CancelFunc
	feed   *engine.Feed
	looked time.Time // when the watch command last looked
	ticks  int
	fast   bool // the tick that is awaited is one of a second
}

// New makes a console. It asks the backend nothing before the program runs its first command.
func New(cfg Config) *App {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Location == nil {
		cfg.Location = time.Local
	}
	cfg.Env, cfg.Operator = visible.Text(cfg.Env), visible.Text(cfg.Operator)
	a := &App{cfg: cfg, given: cfg, fade: func() {}}
	a.env = newEnv(&a.cfg)
	a.ctx, a.end = context.WithCancel(context.Background())
	a.settle(cfg.Settings)
	a.stacks = roots(cfg)
	a.env.roots = a.stacks
	a.settleAt(cfg.Spot)
	return a
}

// Close ends what the console has running. Safe to call twice; Run calls it.
func (a *App) Close() {
	if left := a.cfg.Left; left != nil && a.ctx.Err() == nil {
		left(a.Spot())
	}
	a.end()
	if a.feed != nil {
		a.feed.Close()
	}
}

// Init starts the console.
func (a *App) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, a.open(), a.tick(), a.tell(Shown{}), a.lookWho(), a.lookDrifts(nil), a.awaitNotice(), a.sayHere(), a.warn())
}

// Update takes one message.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := a.update(msg)
	if here := a.sayHere(); here != nil {
		cmd = tea.Batch(cmd, here)
	}
	a.draw()
	return a, cmd
}

// draw draws the body, and lets those that drew take down what is shown of them.
func (a *App) draw() {
	a.drawn = nil
	if a.env.Width <= 0 || a.env.Height <= 0 || a.plain != nil || a.tiny() {
		return
	}
	d := a.body(a.env.Width, a.env.Height-a.headLines()-2)
	a.drawn = &d
	if d.Shown != nil {
		d.Shown()
	}
}

func (a *App) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case nil:
		return nil
	case tea.WindowSizeMsg:
		a.env.Width, a.env.Height = min(max(msg.Width, 0), maxSide), min(max(msg.Height, 0), maxSide)
		if a.tiny() {
			a.calm()
		}
		return a.tell(Resized{})
	case tea.BackgroundColorMsg:
		a.cfg.Dark = msg.IsDark()
		a.restyle()
	case tea.ColorProfileMsg:
		a.profile = msg.Profile
		a.restyle()
	case tea.EnvMsg:
		a.muxed = msg.Getenv("TMUX") != "" || strings.HasPrefix(msg.Getenv("TERM"), "tmux")
		if msg.Getenv("NO_COLOR") != "" && !a.cfg.NoColor {
			a.cfg.NoColor = true
			a.restyle()
		}
	case openedMsg:
		return a.opened(msg)
	case changesMsg:
		return a.changed(msg)
	case tickMsg:
		return a.ticked(msg)
	case fadeMsg:
		if a.last != nil && a.last.No == msg.no {
			a.last = nil
		}
	case driftsMsg:
		a.env.State.found(msg.all)
		return tea.Batch(a.lookDrifts(msg.next), a.tell(Drifted{}))
	case whoMsg:
		a.env.State.Others = msg.all
		return a.awaitWho()
	case noticeMsg:
		a.notice = msg.text
		return tea.Batch(a.awaitNotice(), a.note(Notify{Level: say.Warn, Text: msg.text}))
	case hereMsg:
		a.here.busy = false
	case settledMsg:
		return a.settled(msg)
	case handedMsg:
		if msg.err != nil {
			return a.note(Notify{Level: say.Error, Text: "hand over: " + visible.Text(msg.err.Error())})
		}
		return a.do(Quit{To: msg.to})
	case contextsMsg:
		return a.do(offerContexts(&a.env, msg))
	case contextMsg:
		if msg.err != nil {
			return a.note(Notify{Level: say.Error, Text: visible.Text(msg.err.Error())})
		}
		return a.leave(msg.name)
	case said:
		return a.note(Notify(msg))
	case refMsg:
		if msg.err != nil {
			return a.note(Notify{Level: say.Error, Text: visible.Text(msg.err.Error())})
		}
		return a.do(Open{newSaga(&msg.saga, false)})
	case answer:
		return a.deliver(msg.to, msg.msg)
	case tea.KeyPressMsg:
		return a.key(msg)
	case tea.PasteMsg, tea.MouseClickMsg, tea.MouseWheelMsg:
		return a.input(msg)
	}
	return nil
}

// input gives what is pasted, clicked or wheeled to whoever is in front.
func (a *App) input(msg tea.Msg) tea.Cmd {
	if a.tiny() {
		return nil
	}
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return a.deliver(a.front(), tea.PasteMsg{Content: clean.Paste(msg.Content)})
	case tea.MouseClickMsg:
		if a.mouse {
			return a.click(msg)
		}
	case tea.MouseWheelMsg:
		if a.mouse {
			return a.deliver(a.front(), msg)
		}
	}
	return nil
}

// maxSide bounds the screen: beyond it a terminal's answer is not believed.
const maxSide = 1000

func (a *App) now() time.Time { return a.cfg.Now() }

// opened takes the engine's first answer.
func (a *App) opened(m openedMsg) tea.Cmd {
	s := a.env.State
	s.Ready, s.Kinds, s.Steps, s.Counts, s.Frozen, s.Crowd = true, m.kinds, m.steps, m.counts, m.frozen, m.crowd
	s.stand(m.busy)
	if m.ended != nil {
		s.Ended, s.Used = m.ended, m.used
	}
	if m.nights != nil {
		s.Nights = *m.nights
	}
	a.feed, a.looked = m.feed, time.Now()
	a.trouble(m.err)
	a.env.Clock.Now, a.env.Clock.Fine = a.now(), s.Active() > 0
	cmds := []tea.Cmd{a.watch(), a.tell(Changed{})}
	if s.Active() > 0 {
		cmds = append(cmds, a.tick())
	}
	return tea.Batch(cmds...)
}

// changed takes over what has changed, says what is worth saying, and waits for more.
func (a *App) changed(m changesMsg) tea.Cmd {
	s := a.env.State
	a.looked = time.Now()
	cmds := []tea.Cmd{a.watch(), a.ring(m.changed.Summaries), a.call(m.changed.Summaries)}
	if m.err == nil {
		s.Counts = m.counts
	}
	a.trouble(m.err)
	s.Frozen, s.Crowd = m.frozen, m.crowd
	s.stand(m.busy)
	if m.nights != nil {
		s.Nights = *m.nights
	}
	s.refresh(m.changed.Summaries)
	a.env.Clock.Now, a.env.Clock.Fine = a.now(), s.Active() > 0
	if text, level, saga := say.AtRest(m.changed.Summaries); text != "" {
		cmds = append(cmds, a.note(Notify{Level: level, Text: text, Saga: saga}))
	}
	if s.Active() > 0 && !a.fast {
		cmds = append(cmds, a.tick())
	}
	return tea.Batch(append(cmds, a.tell(Changed{Fresh: m.changed}))...)
}

func (a *App) trouble(err error) {
	a.env.State.Trouble = ""
	if err != nil && a.ctx.Err() == nil {
		a.env.State.Trouble = visible.Text(err.Error())
	}
}

func (a *App) ticked(m tickMsg) tea.Cmd {
	if m.no != a.ticks {
		return nil
	}
	a.env.Clock.Now, a.env.Clock.Fine = a.now(), a.env.State.Active() > 0
	a.env.State.Crowd = a.lookCrowd()() // when the store does not answer, nothing else tells
	return tea.Batch(a.tick(), a.deliver(a.screen(), Ticked{}))
}

// key gives a key to whoever is in front.
func (a *App) key(k tea.KeyPressMsg) tea.Cmd {
	if k.Text != "" {
		k.Text = visible.Text(k.Text)
	}
	name := k.String()
	a.notice = ""
	if name == "ctrl+c" {
		return a.do(Leave{})
	}
	if suspend := a.cfg.Suspend; name == "ctrl+z" && suspend != nil {
		return func() tea.Msg { suspend(); return nil }
	}
	if a.plain != nil {
		a.plain = nil
		return nil
	}
	if a.tiny() {
		if name == "q" {
			return a.do(Leave{})
		}
		return nil // nothing happens unseen
	}
	screen := a.screen()
	_, typing := screen.(Tipper)
	if t, ok := screen.(Typist); ok {
		typing = typing || t.Typing()
	}
	if name == "f1" && (len(a.overlays) > 0 || typing) {
		return a.do(Show{newKeysHere(a.hints())})
	}
	if n := len(a.overlays); n > 0 {
		return a.deliver(a.overlays[n-1], k)
	}
	if t, ok := screen.(Typist); ok && t.Typing() {
		return a.deliver(screen, k)
	}
	return a.press(name)
}

// press does what a key is bound to on the screen that is shown. What it is bound to on another screen of the same scope counts for
// nothing.
func (a *App) press(key string) tea.Cmd {
	all := a.commands()
	for _, scope := range append(scopes(all), keys.Everywhere) {
		c, bound := a.env.Keys.Find(key, scope)
		if _, here := findIn(all, c, scope); bound && here {
			return a.command(c)
		}
	}
	return nil
}

// command does what a key, a menu, the palette or the help asks for.
func (a *App) command(name keys.Command) tea.Cmd {
	if c, ok := find(a.commands(), name); ok {
		return a.do(c.perform(&a.env))
	}
	return nil
}

func (a *App) do(x Action) tea.Cmd {
	if x == nil {
		return nil
	}
	return x.perform(a)
}

// front is who gets what is typed.
func (a *App) front() Receiver {
	if n := len(a.overlays); n > 0 {
		return a.overlays[n-1]
	}
	return a.screen()
}

// deliver hands a message to a screen or an overlay, if it is still there, and performs what it answers.
func (a *App) deliver(to Receiver, msg tea.Msg) tea.Cmd {
	a.env.front = a.screen()
	if msg == nil || !a.isOpen(to) {
		return nil
	}
	return a.do(to.Update(&a.env, msg))
}

// tell hands a message to everything that is open.
func (a *App) tell(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	a.env.front = a.screen()
	for _, s := range a.stacks {
		for _, sc := range s {
			cmds = append(cmds, a.do(sc.Update(&a.env, msg)))
		}
	}
	for _, o := range a.overlays {
		cmds = append(cmds, a.do(o.Update(&a.env, msg)))
	}
	return tea.Batch(cmds...)
}

func (a *App) isOpen(r Receiver) bool {
	for _, o := range a.overlays {
		if Receiver(o) == r {
			return true
		}
	}
	for _, s := range a.stacks {
		for _, sc := range s {
			if Receiver(sc) == r {
				return true
			}
		}
	}
	return false
}
