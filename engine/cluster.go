package engine

// Cluster is a store that several hosts have open: how it is kept, its members, and who drove.
type Cluster struct {
	Store      string         `json:"store"` // its address, without anything secret
	Revision   int64          `json:"revision"`
	Full       int            `json:"full"` // how much of its quota is in use, in percent
	Members    []Member       `json:"members"`
	Compacted  Time           `json:"compacted_at"`
	Archived   Time           `json:"archived_to"` // sagas that ended before are in archives
	ArchivedIn string         `json:"archived_in"` // a file on the host that drove then
	Backup     Time           `json:"backup_at"`
	Terms      []Tenure       `json:"terms"` // the newest first
	Heard      map[string]int `json:"heard"` // by host: milliseconds since it gave a sign of life
}

// Member is one server of the store.
type Member struct {
	Name      string `json:"name"`
	Version   string `json:"version"`
	Leads     bool   `json:"leads"`
	Behind    uint64 `json:"behind"` // changes that it has yet to apply
	Used      int64  `json:"used_bytes"`
	Quota     int64  `json:"quota_bytes"`
	RoundTrip int64  `json:"round_trip_us"`
	Trouble   string `json:"trouble"` // why it does not answer; empty: it does
}

// Tenure is a term for which a host drove. Its times are those of the host that wrote them.
type Tenure struct {
	Host  string `json:"host"`
	Began Time   `json:"began_at"`
	Ended Time   `json:"ended_at"` // zero: it lasts, or nobody knows
	How   string `json:"how"`      // resigned, lapsed, or empty while it lasts
}
