package bolt

import "os"

// room keeps the file written, with zeros, ahead of the pages in use. A commit into a part of the file that was never
// written makes the file system look for blocks and sync its own journal as well, which costs about as much again as the
// pages themselves (measured on ext4: 150 instead of 240 microseconds for 3 pages, 260 instead of 400 for 20).
//
// What is beyond the pages in use means nothing to anybody. So there are no errors here: without room, as on a full disk,
// bbolt grows the file itself and says what is wrong.
type room struct {
	file *os.File // bbolt's own
	max  int64    // size that the file must not exceed; 0 is no limit
	size int64    // of the file
	full bool
}

const (
	roomLeft  = 512 << 10 // more than this beyond the pages in use is enough
	roomChunk = 256 << 10 // what is written with one commit: it waits for these bytes too

	// roomPiece is how much of that is written with one system call. Linux keeps what one call has written in one piece of its
	// cache, and whoever syncs one page of it then looks at all of it (measured for a commit of 57 pages: 320 microseconds of
	// processor time with pieces of 16 KiB, 480 with 256, 420 with 4).
	roomPiece = 16 << 10
)

// zeros is what is written ahead.
var zeros [roomPiece]byte

// make sees to it that there is room beyond the pages in use. Only the writer calls it, and between commits: nobody else
// changes the file or its size.
func (r *room) make(used int64) {
	if r.full || r.size-used > roomLeft {
		return
	}
	info, err := r.file.Stat()
	if err != nil {
		r.full = true
		return
	}
	if r.size = info.Size(); r.size-used > roomLeft { // bbolt has grown it
		return
	}
	if r.max > 0 && r.size+roomChunk > r.max {
		r.full = true
		return
	}
	for end := r.size + roomChunk; r.size < end; r.size += roomPiece {
		if _, err := r.file.WriteAt(zeros[:], r.size); err != nil {
			r.full = true
			return
		}
	}
}
