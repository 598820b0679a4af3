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
