package steps

import "arcadia/engine"

// LeavesBehind is the snapshot that the row has asked for, by its id where that is known.
func (CreateDropletSnapshot) LeavesBehind(s *engine.State) []engine.LeftBehind {
	var in snapshotIntent
	if ok, err := s.Saved(keySnapshotIntent, &in); err != nil || !ok || in.Refused {
		return nil
	}
	left := engine.LeftBehind{Type: snapshotResource, Name: in.Name}
	var id int64
	if ok, _ := s.Saved(keySnapshotID, &id); ok {
		left.ID = itoa(id)
	}
	_, _ = s.Saved(keySnapshotCost, &left.MonthlyUSD) // what is not known costs nothing that could be said
	return []engine.LeftBehind{left}
}

// LeavesBehind are the records that the row has written: those it made, and those it changed.
func (d dnsWriter) LeavesBehind(s *engine.State) []engine.LeftBehind {
	c, done, begun, err := changeOf(s)
	if err != nil || !begun {
		return nil
	}
	var left []engine.LeftBehind
	for i, o := range c.Ops {
		if id := c.made(i, done); o.After != nil && id != 0 && !done[i].Refused {
			left = append(left, engine.LeftBehind{Type: dnsResource, ID: itoa(id), Name: o.After.title(c.Zone)})
		}
	}
	return left
}

// LeavesBehind is what the row has written of the records that it restores.
func (r RestoreResource) LeavesBehind(s *engine.State) []engine.LeftBehind {
	return r.dns.LeavesBehind(s)
}
