// Package storagetest says what every engine.Store must do. Run puts a store through the rules one by one and then drives
// it beside an in-memory model with the same random appends and questions; all answers must be equal.
//
// Use Run from a test of the package that implements the store:
//
//	storagetest.Run(t, func(t *testing.T) engine.Store { ... })
//
// Memory is the model. It is a complete engine.Store, simple on purpose, and may serve tests that do not need a file.
package storagetest
