// Package crashtest proves what the ledger promises about effects: nothing lost, nothing twice.
//
// Production code has no hooks for it. Two things stand between an engine and the world, its store and its HTTP transport,
// and both are wrapped here: every append has a point before and a point after it, every request one before it is sent, one
// when it was applied and nobody knows, and one when its answer has come. The points of a process are numbered, and a
// process dies at the one it is told to.
//
//	operator ──► engine ──► ledger (points) ──► bolt file         both outlive
//	                └─────► wire (points, faults) ──► simulator   every process
//
// There are two ways to die. In a testing/synctest bubble the process is a run of the engine, which from its fatal point on
// reaches neither file nor provider, and time is free: all single points, all ordered pairs and all answers that get lost
// are gone through in minutes. The other way is the test binary itself as a child process that ends with SIGKILL, on real
// sockets and real time: a sample which shows that the bubble tells the truth.
//
// Whoever runs the tests is the operator: one launch key for all the tries of a launch, a cancel repeated until it is
// acknowledged, a rollback likewise. When the saga is at rest the judge compares the provider's truth with what the scenario
// says, each acknowledged entry with what is stored, and looks through the store and its file. Controls, which are wrong
// on purpose, must be found wrong by the same judge.
//
// ARCADIA_TORTURE=1 goes through everything; without it a sample runs, always the same.
package crashtest
