package storagetest_test

import (
	"testing"

	"arcadia/engine"
	"arcadia/storage/storagetest"
)

func TestMemoryConforms(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(*testing.T) engine.Store { return storagetest.NewMemory() })
}

func TestMemoryConformsForSeveralProcesses(t *testing.T) {
	t.Parallel()
	storagetest.RunShared(t, func(*testing.T) (first, second engine.Store, refused error) {
		m := storagetest.NewMemory()
		return m.Share(), m.Share(), nil
	})
}
