package schedule

import "strings"

const actor = "schedule "

// Actor is the name under which a schedule launches: sagas and ledgers bear it.
func Actor(name string) string { return actor + name }

// By is the schedule that has launched a saga, by the name of who did; empty when a person has.
func By(createdBy string) string {
	name, is := strings.CutPrefix(createdBy, actor)
	if !is {
		return ""
	}
	return name
}
