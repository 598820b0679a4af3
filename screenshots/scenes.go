package main

// scene is one visit to the console and the pictures taken of it. It plays on a simulated account and a simulated clock, so
// that the same happens at the same time each time.
type scene struct {
	name   string
	size   size
	theme  theme
	lived  bool // something has gone on before; see world.history
	script []action
}

var (
	wide  = size{120, 30}
	small = size{80, 24}
	large = size{160, 36}
)

// scenes lists all pictures. A script waits for what it needs to see.
func scenes() []scene {
	return []scene{
		{
			name: "dark", size: wide, theme: dark(), lived: true,
			script: script(
				wait("STATUS"), wait("launched"), press("?"), wait("Keys"), snap("help"), press("esc"), gone("Keys"),
				press("down", "X"), wait("to confirm"), wait("deletes"), snap("roll-back"), press("esc"), gone("to confirm"),
				press("!"), wait("What shall happen?"), snap("decide-dark"), press("esc"), gone("What shall happen?"),
				press("4"), wait("modified"), snap("resources"), press("1"), wait("STATUS"),
				chooseDroplet(), snap("launch"), seePlan(), snap("plan"),
				launch(), press("esc"), gone("TIMELINE"), press("g"), wait("● running  "), snap("sagas-dark"),
				press("W"), wait("Reason"), typing("token leaked, asked for another one"), snap("freeze"), press("enter", "enter"), wait("FROZEN"), snap("frozen"),
			),
		},
		{
			name: "light", size: wide, theme: light(), lived: true,
			script: script(
				wait("STATUS"), wait("launched"), chooseDroplet(), seePlan(), launch(), press("esc"), gone("TIMELINE"), wait("● running  "), snap("sagas-light"),
				press("!"), wait("What shall happen?"), snap("decide-light"),
			),
		},
		{
			name: "small", size: small, theme: light(), lived: true,
			script: script(wait("STATUS"), wait("rolled back"), wait("somebody else changed it"), snap("sagas-80x24")),
		},
		{
			name: "droplets", size: large, theme: dark(), lived: true,
			script: script(
				wait("STATUS"), wait("launched"), openForm(), seePlan(), launch(), press("esc"), gone("TIMELINE"),
				press("2"), wait("HELD BY"), wait("web-01"), press("G", "up"), wait("FIREWALL"), snap("droplets"),
			),
		},
		{
			name: "compensation", size: wide, theme: dark(),
			script: script(wait("sagas"), chooseDroplet(), seePlan(), launch(), linger(), linger(), cancel(), wait("waiting for action"), wait("◀◀◀◀◀◀◀◀◀◀◀◀"), catch("compensation")),
		},
		{
			name: "tour", size: wide, theme: dark(), lived: true,
			script: script(
				wait("STATUS"), wait("launched"), settle(), record("tour", 0), linger(), chooseDroplet(), linger(), seePlan(), linger(), launch(), linger(),
				cancel(), wait("waiting for action"), wait("0 left"), linger(), press("esc"), gone("TIMELINE"), gone("under way"), settle(), cut(),
			),
		},
	}
}

// linger leaves the eye time to read. It holds on to the screen as it is, and so does not depend on what comes next.
func linger() []action { return script(settle(), settle(), settle(), settle()) }

// openForm shows the form of a snapshot, with the cursor on the first droplet.
func openForm() []action {
	return script(press("n"), wait("What shall be done?"), typing("snapshot_droplet"), press("enter"), wait("web-02"))
}

func chooseDroplet() []action { return script(openForm(), press("down")) }

func seePlan() []action {
	return script(press("enter"), wait("[ Show the plan ]"), press("enter", "enter"), wait("[ Launch ]"))
}

func launch() []action { return script(press("tab", "enter"), wait("snapshot action id")) }

func cancel() []action {
	return script(press("x"), wait("then deletes"), settle(), press("shift+tab"), typing("wrong droplet"), settle(), press("tab", "tab", "enter"), gone("Cancel it"))
}
