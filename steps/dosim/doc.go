// Package dosim is DigitalOcean's API simulated at the level of HTTP.
//
// A [Sim] is one account with its zones, records, droplets, snapshots, tags and
// reserved IPs. It answers on the real paths with the real shapes, so that a real
// client with its paging and its reading of errors is what gets exercised. It is an
// [http.Handler], for any listener, and an [http.RoundTripper], for use inside a
// process without sockets or goroutines.
//
//	          latency        lock ─────────────────────────────────── unlock
//	request ──► wait ──► settle the clock ──► 401 403 429 404 ──► route ──► log ──► answer
//	             │                 │                                 │                 │
//	       faults before     results of actions                faults of the      faults after
//	       (reset, 5xx)      that ended by now                 world (late,       (reset, hang,
//	                                                           ghost, errored)    cut body)
//
// Nothing happens in the background: an action's end is computed when somebody looks,
// on the clock given by [WithClock], so a Sim in a testing/synctest bubble lives on
// fake time.
//
// A Sim keeps no promise that the service does not keep: exact duplicates of records
// are accepted, a POST sent twice is applied twice, a TTL belongs to the whole set of
// a name and type. Where the service's own wording or habit was never recorded, the
// choice made here says so beside the code.
//
// Paths below /_sim/ are the control of the simulation, not part of the service:
//
//	GET    /_sim/about                   {"simulated":true}: what only a simulator answers
//	POST   /_sim/faults                  arm a fault (JSON form of Fault, delays as "2s"); answers its id
//	GET    /_sim/faults                  the faults now armed
//	DELETE /_sim/faults[/{id}]           disarm all, or one
//	GET    /_sim/requests                the request log; DELETE forgets it
//	GET    /_sim/world                   the truth: zones, droplets, snapshots, actions, firewalls, IPs, volumes
//	POST   /_sim/records/{domain}        change or (id 0) create a record behind everyone's back
//	DELETE /_sim/records/{domain}/{id}   remove a record likewise
//	POST   /_sim/droplets                {"name"}: a running droplet from nowhere
package dosim
