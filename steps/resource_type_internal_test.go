package steps

import (
	"slices"
	"testing"

	"arcadia/engine"
)

// What a step about a resource touches is guarded by one of the resource's locks, so that whoever made the thing is in its way.
func TestATouchOfAResourceIsOneOfItsLocks(t *testing.T) {
	t.Parallel()
	specs := map[string]string{
		dnsResource:            `{"domain":"example.com","type":"A","name":"app","data":"192.0.2.1"}`,
		snapshotResource:       `{"id":7,"droplet_id":3}`,
		volumeSnapshotResource: `{"id":"9a1b2c3d-0000-4000-8000-000000000000","volume_id":"9a1b2c3d-0000-4000-8000-000000000001"}`,
		tombstoneResource:      `{"droplet":{"id":7}}`,
	}
	for name, kind := range resourceTypes {
		id := "7"
		if !kind.numbered {
			id = "9a1b2c3d-0000-4000-8000-000000000000"
		}
		r := engine.Resource{Type: name, ExternalID: id, Spec: []byte(specs[name])}
		touches := kind.touches(r)
		if len(touches) != 1 || !slices.Contains(kind.locks(r), touches[0].Name) {
			t.Errorf("%s touches %v, and is guarded by %v", name, touches, kind.locks(r))
		}
		if !kind.idOK(id) || kind.idOK("x") || kind.idOK("-7") {
			t.Errorf("%s takes the wrong ids", name)
		}
	}
}
