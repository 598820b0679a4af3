package main

import "time"

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

// scenes lists all pictures. A script waits for what it needs to see and never for time to pass, and every picture
// is taken of a screen that holds still, so that it comes out the same each time.
func scenes() []scene {
	return []scene{
		{
			name: "sagas-dark", size: wide, theme: dark(), args: []string{"--demo"},
			script: script(wait("sagas"), wait("STATUS"), snap("sagas-dark")),
		},
		{
			name: "sagas-light", size: wide, theme: light(), args: []string{"--demo"},
			script: script(wait("sagas"), wait("STATUS"), snap("sagas-light")),
		},
		{
			name: "sagas-80x24", size: small, theme: light(), args: []string{"--demo"},
			script: script(wait("sagas"), wait("STATUS"), snap("sagas-80x24")),
		},
		{
			name: "saga-dark", size: wide, theme: dark(), args: []string{"--demo"},
			script: script(wait("STATUS"), press("enter"), wait("STEP"), snap("saga-dark")),
		},
		{
			name: "launch-dark", size: wide, theme: dark(), args: []string{"--demo"},
			script: script(wait("STATUS"), press("n"), wait("new saga"), snap("launch-dark")),
		},
		{
			name: "tour", size: wide, theme: dark(), args: []string{"--demo"},
			script: script(
				wait("STATUS"), record("tour", 400*time.Millisecond),
				press("down", "down", "enter"), wait("STEP"), settle(),
				press("esc"), wait("STATUS"), press("?"), settle(), press("esc"), settle(), cut(),
			),
		},
	}
}
