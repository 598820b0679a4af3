// Package night says what went on while nobody looked: what ran between an evening and the next morning, what went wrong, what was
// made and deleted, and what that adds to the bill.
//
//	sagas of that time ─┐
//	outcomes of schedules ─┼─► Night: facts, in one pure step
//	freezes ─┘
//
// The console, the command and whoever is told in the morning show the same Night, each in words of its own length.
package night
