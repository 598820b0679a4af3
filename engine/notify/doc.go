// Package notify tells people and programs what happens to sagas, and never loses a word of it.
//
//	what happens ──► EventOf (pure) ──► a Delivery for each Target that wants it, in the transaction of what happened
//	                                        │ outbox
//	                                        ▼
//	                 Sender: one by one for each saga, again after 1 m, 5 m, 30 m, 2 h, 6 h ──► sent | undelivered
//	                                        │ deliveries, for 30 days
//
// Nothing is sent that is not durable, and nothing durable is not sent: it arrives at least once, under one id. What a
// delivery says is kept as facts; whoever sends it makes the words.
package notify
