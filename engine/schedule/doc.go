// Package schedule launches sagas at given times, each occurrence once.
//
// When a schedule occurs is a pure Rule. What becomes of the occurrences that are due is a pure decision too (decide.go). A
// Keeper reads schedules and their states from the store's documents, launches what is due, and records what was decided:
//
//	every occurrence after decided_until ──► fired    under the launch key schedule:NAME:TIME, which makes it exactly once
//	                                     ├─► skipped  the one before is not at rest, paused, frozen, refused
//	                                     └─► missed   later than its window
//
// A crash between the launch and the record repeats the launch, and the key finds the saga: no lease is needed, on one host or
// on several.
package schedule
