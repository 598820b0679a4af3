package dosim

// Routes gives "METHOD pattern" of every endpoint, for the contract test.
func Routes() []string {
	var out []string
	for _, r := range routes() {
		out = append(out, r.method+" "+r.pattern)
	}
	return out
}

// RouteOf gives the endpoint that serves a request; empty if there is none.
func (s *Sim) RouteOf(method, path string) string {
	r, _ := s.findRoute(method, path)
	if r == nil {
		return ""
	}
	return r.method + " " + r.pattern
}
