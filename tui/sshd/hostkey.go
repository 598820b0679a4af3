package sshd

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	gossh "golang.org/x/crypto/ssh"

	"arcadia/engine/trust"
)

// maxKey bounds a key's file.
const maxKey = 64 << 10

// HostKey reads the server's ed25519 key, or makes one when there is no file at path: mode 0600, in a folder of mode 0700
// if that has to be made too. A file that anybody but its owner may read is refused.
//
// It is written here and not by keygen, which sets the folder of the key to 0700 even when that is /etc.
func HostKey(path string) (signer gossh.Signer, made bool, err error) {
	text, err := trust.Read(path, trust.Rule{Forbidden: 0o077, Max: maxKey})
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeHostKey(path)
		made = err == nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("host key: %w", err)
	}
	signer, err = gossh.ParsePrivateKey(text)
	if err != nil {
		return nil, false, fmt.Errorf("host key %s is damaged (%w): move it away to have a new one made; clients will warn that the host has changed", path, err)
	}
	if kind := signer.PublicKey().Type(); kind != gossh.KeyAlgoED25519 {
		return nil, false, fmt.Errorf("host key %s is a key of type %s: an %s key is needed", path, kind, gossh.KeyAlgoED25519)
	}
	return signer, made, nil
}

// makeHostKey writes aside and links, so that neither a crash nor a second server leaves half a key.
func makeHostKey(path string) ([]byte, error) {
	text, err := newKeyText()
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, ".hostkey-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return trust.Read(path, trust.Rule{Forbidden: 0o077, Max: maxKey})
}

func newKeyText() ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := gossh.MarshalPrivateKey(key, "arcadia")
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(block), nil
}

// passingKey is a host key for a Local door: nobody has to know the host again there, its uid says who it is.
func passingKey() (gossh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for the attach socket: %w", err)
	}
	return gossh.NewSignerFromKey(key)
}
