package bolt

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"
)

// The links bucket says what ties a saga to other records, so that pruning takes away exactly what nothing needs:
//
//	r owner resource-key   the resource's saga_id is owner
//	u prior saga           undoing saga would give a resource back to prior
//	p saga prior           the same, from the other end
//	k saga key             the caller's key of the creation
//	t saga n name          the saga has left its trace number n under the name
//
// While an r or u link of a saga exists the saga stays, or a resource would come to name a saga that is gone.
const (
	linkResource = 'r'
	linkUsedBy   = 'u'
	linkPrior    = 'p'
	linkKey      = 'k'
	linkTrace    = 't'
)

func linkAt(kind byte, k key, rest []byte) []byte {
	b := make([]byte, 0, 1+len(k)+len(rest))
	b = append(b, kind)
	b = append(b, k[:]...)
	return append(b, rest...)
}

// hasLink reports whether the saga has a link of that kind.
func hasLink(links *bbolt.Bucket, kind byte, k key) bool {
	prefix := linkAt(kind, k, nil)
	found, _ := links.Cursor().Seek(prefix)
	return bytes.HasPrefix(found, prefix)
}

// linked gives what follows the saga in each of its links of that kind, for the caller to keep.
func linked(links *bbolt.Bucket, kind byte, k key) (rests [][]byte) {
	prefix := linkAt(kind, k, nil)
	c := links.Cursor()
	for found, _ := c.Seek(prefix); bytes.HasPrefix(found, prefix); found, _ = c.Next() {
		rests = append(rests, bytes.Clone(found[len(prefix):]))
	}
	return rests
}

func putLink(links *bbolt.Bucket, kind byte, k key, rest []byte) error {
	if err := links.Put(linkAt(kind, k, rest), nil); err != nil {
		return fmt.Errorf("put link: %w", err)
	}
	return nil
}

func dropLink(links *bbolt.Bucket, kind byte, k key, rest []byte) error {
	if err := links.Delete(linkAt(kind, k, rest)); err != nil {
		return fmt.Errorf("drop link: %w", err)
	}
	return nil
}
