package theme

// Symbols are one cell each.
type Symbols struct {
	Running, Pending, Completed, Compensating, RolledBack, Failed, StepFailed string
	Vote, Waiting, Paused, Held, Missed, Kept                                 string
	Done, Left, Undone                                                        string // of a gauge
	Forward, Backward, Break, Gap, Wait, Now                                  string // of a timeline
	Crumb, Dash, Arrow, From, Dot, Marked, Up, Down, Rule, Bar, More          string
	Cursor, Differs, Times, Minus                                             string
	TeeDown, TeeUp                                                            string // where a bar meets a rule
}

func symbols(ascii bool) Symbols {
	if ascii {
		return Symbols{
			Running: "*", Pending: "o", Completed: "+", Compensating: "<", RolledBack: "u", Failed: "!", StepFailed: "x",
			Vote: "?", Waiting: "z", Paused: "=", Held: ".", Missed: "0", Kept: "#",
			Done: "#", Left: "-", Undone: "<", Forward: "=", Backward: "<", Break: "~", Gap: ":", Wait: ".", Now: "|",
			Crumb: ">", Dash: "-", Arrow: ">", From: "<", Dot: "-", Marked: "+", Up: "^", Down: "v", Rule: "-", Bar: "|", More: "~",
			Cursor: ">", Differs: "<", Times: "x", Minus: "-", TeeDown: "+", TeeUp: "+",
		}
	}
	return Symbols{
		Running: "●", Pending: "○", Completed: "✔", Compensating: "↺", RolledBack: "↶", Failed: "▲", StepFailed: "✖",
		Vote: "◆", Waiting: "◷", Paused: "‖", Held: "◌", Missed: "⊘", Kept: "⚑",
		Done: "▰", Left: "▱", Undone: "◂", Forward: "━", Backward: "◀", Break: "┄", Gap: "┊", Wait: "┄", Now: "┊",
		Crumb: "›", Dash: "–", Arrow: "→", From: "←", Dot: "·", Marked: "+", Up: "↑", Down: "↓", Rule: "─", Bar: "│", More: "…",
		Cursor: "▌", Differs: "◂", Times: "×", Minus: "−", TeeDown: "┬", TeeUp: "┴",
	}
}
