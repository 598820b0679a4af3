package host

import "runtime/debug"

// memory is what the program takes before it collects its garbage more eagerly, where the environment says nothing: a server of a
// gigabyte has room for it, for the pages of the store and for a crowd.
const memory = 640 << 20

// Memory says how eagerly garbage is collected, unless the environment does.
func Memory(env func(string) string) {
	if env("GOGC") == "" {
		debug.SetGCPercent(400) // little of the heap lives long: a fifth of the processor's time under load (measured)
	}
	if env("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memory)
	}
}

// FollowersMemory is Memory for a console that follows what a host elsewhere does.
func FollowersMemory(env func(string) string) {
	if env("GOGC") == "" {
		debug.SetGCPercent(100) // half of the memory of one that follows 50 sagas a second (measured)
	}
}
