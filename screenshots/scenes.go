package main

// scene is one run of the program and the pictures taken of it. It runs in an empty folder of its own, which is also
// its home, and sees no environment but what is given here and what environment adds.
type scene struct {
	name   string
	size   size
	theme  theme
	before []command // run first, one after the other, in the same folder and without a terminal
	args   []string
	env    []string
	script []action
}

// command is a call of the program that prepares a scene; exit is the status it must end with.
type command struct {
	args []string
	exit int
}

var (
	wide  = size{120, 30}
	small = size{80, 24}
)

// scenes lists all pictures. A script waits for what it needs to see and never for time to pass. Pictures of a screen
// that holds still come out the same each time; see mask for what that takes. Two cannot: compensation.png and
// tour.gif show a saga at work, and how far its timeline has come depends on how fast the machine is.
func scenes() []scene {
	return []scene{
		{
			name: "dark", size: wide, theme: dark(), before: history(), args: onStore(),
			script: script(
				wait("create_…snapshot"), press("?"), wait("Keys"), snap("help"), press("esc"), gone("Keys"),
				press("X"), wait("to confirm"), wait("deletes"), snap("roll-back"), press("esc"), gone("to confirm"),
				chooseDroplet(), snap("launch"), seePlan(), snap("plan"),
				launch(), press("esc"), gone("TIMELINE"), press("g"), wait("│ snapshot_droplet"), wait("● running  "), snap("sagas-dark"),
			),
		},
		{
			name: "light", size: wide, theme: light(), before: history(), args: onStore(),
			script: script(
				wait("create_…snapshot"), press("down", "down"), wait("step_failed"), chooseDroplet(), seePlan(), launch(),
				press("esc"), gone("TIMELINE"), wait("step_failed"), wait("● running  "), snap("sagas-light"),
			),
		},
		{
			name: "small", size: small, theme: light(), before: history(), args: onStore(),
			script: script(wait("STATUS"), wait("rolled back"), snap("sagas-80x24")),
		},
		{
			name: "compensation", size: wide, theme: dark(), args: onStore(),
			script: script(wait("sagas"), chooseDroplet(), seePlan(), launch(), cancel(), wait("waiting for action"), wait("◀◀◀◀◀◀◀◀◀◀◀◀"), catch("compensation")),
		},
		{
			name: "tour", size: wide, theme: dark(), before: history(), args: onStore(),
			script: script(
				wait("create_…snapshot"), record("tour", 0), linger(), chooseDroplet(), linger(), seePlan(), linger(), launch(), linger(),
				cancel(), wait("waiting for action"), wait("0 left"), linger(), press("esc"), gone("TIMELINE"), settle(), cut(),
			),
		},
	}
}

// history is what the pictures' operator has done so far today. Each command has a simulated account of its own, all
// made from the same seed; the store is the same.
func history() []command {
	record := func(name, data string) []string {
		return []string{"dns_domain=example.com", "dns_record_type=TXT", "dns_record_name=" + name, "dns_record_data=" + data}
	}
	launch := func(exit int, args ...string) command {
		return command{args: append(append(onStore(), "launch"), args...), exit: exit}
	}
	return []command{
		launch(0, "echo", "text=good morning"),
		launch(0, append([]string{"upsert_dns_record"}, record("_note", "hello")...)...),
		launch(3, append([]string{"adhoc", "--steps", "upsert_dns_record,fail"}, record("_trial", "one")...)...),
		launch(3, "echo_fail", "text=what if"),
		launch(0, append([]string{"snapshot_then_dns", "droplet_id=500000092"}, record("_backup", "db-01")...)...),
	}
}

func onStore() []string { return []string{"--demo", "--db", "arcadia.db"} }

// linger leaves the eye time to read. It holds on to the screen as it is, and so does not depend on what comes next.
func linger() []action { return script(settle(), settle(), settle(), settle()) }

func chooseDroplet() []action {
	return script(press("n"), wait("What shall be done?"), press("enter"), wait("web-02"), press("down"))
}

func seePlan() []action {
	return script(press("enter"), wait("[ Show the plan ]"), press("enter"), wait("[ Launch ]"))
}

func launch() []action { return script(press("tab", "enter"), wait("snapshot_action_id")) }

func cancel() []action {
	return script(press("x"), wait("then deletes"), settle(), press("shift+tab"), typing("wrong droplet"), settle(), press("tab", "tab", "enter"), gone("Cancel it"))
}
