package bolt

// WithRecent sets at how many recent sagas they are put into the indexes.
func WithRecent(n int) Option { return func(o *options) { o.recent = n } }
