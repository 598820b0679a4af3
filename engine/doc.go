// Package engine is a durable saga engine: ordered steps that change the world, each with a way back, and a ledger that
// can be believed after anything.
//
// Start with [New] and [Engine.Run], and act through a [Session]. A [Step] is what you write; [State] is how it records
// what it is about to do before it does it.
//
//	           Start, Cancel, Rollback, Retry, Resolve ...      (session.go, verb.go: who may, and who did)
//	                             │
//	                          Refuses                           what may be asked of a saga          (rules.go)
//	                             │
//	                             ▼
//	store ◄── commit ◄── batch ◄─┴─ entries ◄── Next(saga, world)      one pure decision   (next.go)
//	  │          │                      ▲
//	  │          └─► fold ─► saga ──────┘                               one pure state      (fold.go)
//	  │                        │
//	  │                        ▼ effect
//	  │                attempt of a step ──► outcome: entries           the only effect     (drive.go, outcome.go)
//	  ▼                        │
//	watchers ◄── mark          ├─► Save: the intent, durable before the write it announces
//	                           ├─► Idle: a wait, which holds neither a worker nor the gate       (idle.go)
//	                           └─► Passed: the point of no return                               (pivot.go)
//
// What it promises:
//
//   - Every step runs at least once; every result is recorded exactly once.
//   - Nothing is shown, and nothing further is started, before it is durable.
//   - No step starts after a cancel has been recorded.
//   - No compensation is skipped, and none is recorded twice.
//   - A saga survives the death of the process at any instant and goes on by itself at the next start.
//   - One saga is driven by one driver at a time.
//   - Past its point of no return a saga only goes forward.
//   - Who only waits holds nobody up, and no death of the process is held against it.
//   - rolled_back means that nothing is left behind; what is left makes a saga failed, and is named.
//
// What it does not promise: that a step's effect happens once. A step whose write cannot be looked up again must say so;
// see [Unknown].
//
// Read it in this order. The first four are the engine; the rest can wait for the day on which it is needed.
//
//	what one writes    step.go field.go state.go kind.go source.go made.go resource.go failure.go retry.go
//	what has happened  status.go id.go time.go entry.go saga.go waiting.go fold.go fit.go
//	what comes next    next.go rules.go pivot.go outcome.go
//	the loop           engine.go run.go drive.go batch.go idle.go
//	its edges          errors.go stopped.go moment.go momenttext.go trial.go verify.go
//	who goes when      locks.go queue.go order.go trace.go gate.go freeze.go
//	what people do     launch.go plan.go outlook.go survey.go planhash.go outage.go verb.go session.go actor.go read.go feed.go
//	who has to agree   policy.go stricter.go approval.go approvalfold.go vote.go confirm.go definition.go lifted.go yours.go discreet.go
//	where it is kept   store.go document.go encode.go bounds.go wording.go check.go replay.go
//	whose it is        account.go copied.go
//	several hosts      term.go lead.go follow.go crowd.go cluster.go
package engine
