package dosim

// FaultKind names one way in which the service or the network misbehaves. The text is
// its name in the control path's JSON.
type FaultKind string

// Faults of the network and of the service's front, met on the way in. The request is
// not applied, except under FaultLatency.
const (
	// FaultLatency waits Delay before the request is looked at. It adds to other faults.
	FaultLatency FaultKind = "latency"
	// FaultBurst answers 429 "Too many requests", with retry-after if RetryAfter > 0.
	FaultBurst FaultKind = "burst"
	// FaultHourly answers 429 "API Rate limit exceeded.", with retry-after if RetryAfter > 0.
	FaultHourly FaultKind = "hourly"
	// FaultServerError answers 500.
	FaultServerError FaultKind = "server_error"
	// FaultBadGateway answers 502 with an HTML page.
	FaultBadGateway FaultKind = "bad_gateway"
	// FaultUnavailable answers 503, with retry-after if RetryAfter > 0.
	FaultUnavailable FaultKind = "unavailable"
	// FaultGatewayTimeout answers 504 with an HTML page.
	FaultGatewayTimeout FaultKind = "gateway_timeout"
	// FaultStatus answers Status (default 500) with Text as the message.
	FaultStatus FaultKind = "status"
	// FaultResetBefore cuts the connection before the request is looked at.
	FaultResetBefore FaultKind = "reset_before"
	// FaultTokenRevoked answers 401, from the first request it meets on to every request
	// with that token, whatever its path, until the fault is removed.
	FaultTokenRevoked FaultKind = "token_revoked"
	// FaultScopeMissing answers 403 to what needs Scope; without Scope, to all it matches.
	FaultScopeMissing FaultKind = "scope_missing"
)

// Faults met on the way out: the request is applied, and only the answer suffers.
const (
	// FaultResetAfter cuts the connection after the request was applied.
	FaultResetAfter FaultKind = "reset_after"
	// FaultHangAfter applies the request and then says nothing until the request's context
	// ends, or with Delay > 0 cuts the connection after Delay.
	FaultHangAfter FaultKind = "hang_after"
	// FaultTruncatedBody sends half of the body and cuts the connection.
	FaultTruncatedBody FaultKind = "truncated_body"
	// FaultGarbageBody sends the status with a body that is not JSON.
	FaultGarbageBody FaultKind = "garbage_body"
	// FaultEmptyBody sends the status with no body.
	FaultEmptyBody FaultKind = "empty_body"
	// FaultHugeBody sends Times MiB (default 16) of blanks before the body.
	FaultHugeBody FaultKind = "huge_body"
	// FaultResetInPast sends a ratelimit-reset that lies an hour back.
	FaultResetInPast FaultKind = "reset_in_past"
)

// Faults of the world behind the API. Skip and Count count the requests that bring the
// fault about: an action made, a thing made or deleted, a record written.
const (
	// FaultActionErrors lets an action fail: the first Times readings of it say
	// in-progress, the next errored. With Times 0 it fails when it would have completed. Text is the type of the actions
	// that are struck, as in "resize"; empty for all.
	FaultActionErrors FaultKind = "action_errors"
	// FaultActionNeverEnds leaves an action in-progress and its droplet busy for good. Text as in FaultActionErrors.
	FaultActionNeverEnds FaultKind = "action_never_ends"
	// FaultSnapshotLate hides the snapshot that comes of an action from Times readings
	// after its completion, and for Delay.
	FaultSnapshotLate FaultKind = "snapshot_late"
	// FaultSnapshotSmall gives a new snapshot a tenth of its size, for Delay or, with none, for good.
	FaultSnapshotSmall FaultKind = "snapshot_small"
	// FaultGhost lets a deleted zone, record, droplet, snapshot or image be read Times
	// more times, and for Delay.
	FaultGhost FaultKind = "ghost"
	// FaultBackupDeleteNoOp answers 204 to the deletion of a backup and deletes nothing.
	FaultBackupDeleteNoOp FaultKind = "backup_delete_no_op"
	// FaultPendingEvent answers 422 "Droplet already has a pending event." to an action
	// (Count tries of it).
	FaultPendingEvent FaultKind = "pending_event"
	// FaultRecordChanges lets somebody else change a record between a read and a write:
	// just before a PUT, PATCH or DELETE of a record, or POST into its zone, is applied, or
	// just after a GET is answered. Change is what the record becomes (nil: it is removed);
	// without Change.ID it is the record the request names, or a new one.
	FaultRecordChanges FaultKind = "record_changes"
	// FaultStrictPatch makes PATCH of a record refuse stored data without its final dot,
	// as PUT does.
	FaultStrictPatch FaultKind = "strict_patch"
	// FaultLenientPut makes PUT of a record take stored data without its final dot, as
	// PATCH does.
	FaultLenientPut FaultKind = "lenient_put"
	// FaultDropletLate hides a new droplet from Times readings, and for Delay.
	FaultDropletLate FaultKind = "droplet_late"
	// FaultAbsoluteHref gives the href of a new droplet's action with scheme and host, as the document shows it; the service
	// gives a path.
	FaultAbsoluteHref FaultKind = "absolute_href"
	// FaultDropletLocked shows the droplet named Text (empty: all) with an administrative lock and refuses its actions.
	FaultDropletLocked FaultKind = "droplet_locked"
	// FaultShutdownIgnored lets a shutdown complete, after Delay more, and the droplet stay on.
	FaultShutdownIgnored FaultKind = "shutdown_ignored"
	// FaultStatusLate lets an action complete and its effect show only Delay later. Text as in FaultActionErrors.
	FaultStatusLate FaultKind = "status_late"
	// FaultSizeUnavailable sells no more of the size Text (empty: of any) in the region Scope (empty: in any): creations and
	// resizes that ask for it are refused.
	FaultSizeUnavailable FaultKind = "size_unavailable"
	// FaultStoresOtherwise keeps a record otherwise than it was sent: with Change, with its Data and TTL; without, with no
	// backslash in the data and a TTL in full minutes. The answer says what is kept.
	FaultStoresOtherwise FaultKind = "stores_otherwise"
	// FaultTagShape refuses a request to the tags with Status (default 400) in the shape
	// {error, messages, root_causes}.
	FaultTagShape FaultKind = "tag_shape"
)

// inbound are the kinds that decide about a request before it is applied, outbound those
// that spoil its answer. One request meets at most one of either.
var (
	inbound = []FaultKind{
		FaultBurst, FaultHourly, FaultServerError, FaultBadGateway, FaultUnavailable, FaultGatewayTimeout,
		FaultStatus, FaultResetBefore, FaultTokenRevoked,
	}
	outbound = []FaultKind{
		FaultResetAfter, FaultHangAfter, FaultTruncatedBody, FaultGarbageBody, FaultEmptyBody, FaultHugeBody,
	}
	worldly = []FaultKind{
		FaultLatency, FaultScopeMissing, FaultResetInPast, FaultActionErrors, FaultActionNeverEnds, FaultSnapshotLate,
		FaultGhost, FaultBackupDeleteNoOp, FaultPendingEvent, FaultRecordChanges, FaultStrictPatch, FaultLenientPut,
		FaultDropletLate, FaultAbsoluteHref, FaultTagShape, FaultDropletLocked, FaultShutdownIgnored, FaultStatusLate,
		FaultSizeUnavailable, FaultStoresOtherwise, FaultSnapshotSmall,
	}
)

// FaultKinds gives every kind there is.
func FaultKinds() []FaultKind {
	all := make([]FaultKind, 0, len(inbound)+len(outbound)+len(worldly))
	all = append(all, inbound...)
	all = append(all, outbound...)
	return append(all, worldly...)
}
