package bolt

import "time"

// lockTimeout is how long Open waits for another process to let go of the file.
const lockTimeout = time.Second

// mmapSize is how much address space is reserved at least. A file that grows beyond what is reserved waits for all its
// readers once, a backup among them. It costs no memory.
const mmapSize = 1 << 30

// growBy is by how much the file grows at least when it must: each time costs one more sync.
const growBy = 1 << 20

type options struct {
	purpose string
	wait    time.Duration
	mmap    int
	maxSize int
	recent  int
	late    bool
}

// Option changes how a store is opened.
type Option func(*options)

func newOptions(opts []Option) options {
	o := options{wait: lockTimeout, mmap: mmapSize, recent: maxRecent}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// WithPurpose says what this process has the store open for ("arcadia console"), for the process that comes second.
func WithPurpose(purpose string) Option { return func(o *options) { o.purpose = purpose } }

// WithLockTimeout changes how long Open waits for another process to let go of the file; one second when not given.
func WithLockTimeout(d time.Duration) Option { return func(o *options) { o.wait = d } }

// WithMaxSize limits the file to that many bytes. A commit that needs more fails and stops the store; what was
// acknowledged stays. 0 is no limit.
func WithMaxSize(bytes int) Option { return func(o *options) { o.maxSize = bytes } }

// WithLateSync lets commits reach the disk when the store is closed, and not before: for a file that is filled and thrown away when that is
// broken off. A file that is there already is not to be opened like this.
func WithLateSync() Option { return func(o *options) { o.late = true } }
