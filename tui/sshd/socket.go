package sshd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"

	"arcadia/engine/trust"
)

// SocketPath is where the host of a store listens for the user's other processes: beside the file.
func SocketPath(store string) string { return store + ".sock" }

// Listen makes the socket for a Local door, with mode 0600, in a folder that must be the user's own and closed to others
// (0700). The caller must hold the store: a socket that is still there is then one that a dead host has left, and is
// replaced, unless somebody answers on it after all. Closing the listener removes the socket.
func Listen(path string) (net.Listener, error) {
	if err := ownFolder(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("attach socket: %w", err)
	}
	if err := clearStale(path); err != nil {
		return nil, fmt.Errorf("attach socket: %w", err)
	}
	var ln *net.UnixListener
	err := inFolder(path, func(short string) (err error) {
		ln, err = net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("attach socket %s: %w", path, err)
	}
	ln.SetUnlinkOnClose(false) // the short name may lead nowhere by then
	s := &socket{UnixListener: ln, path: path}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("attach socket: %w", err)
	}
	return s, nil
}

// socket is a listener that takes its file with it, once: a second Close must not take the next host's.
type socket struct {
	*net.UnixListener
	path string
	once sync.Once
}

func (s *socket) Close() error {
	err := net.ErrClosed
	s.once.Do(func() { err = errors.Join(os.Remove(s.path), s.UnixListener.Close()) })
	return err
}

func ownFolder(dir string) error {
	if err := trust.Path(filepath.Join(dir, "socket")); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	return trust.Owned(dir, info, 0o077)
}

func clearStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is there and is not a socket: move it away", path)
	}
	if c, err := dial(context.Background(), path); err == nil {
		_ = c.Close()
		return fmt.Errorf("%s is answered by another process", path)
	}
	return os.Remove(path)
}

// dial connects to a host's socket.
func dial(ctx context.Context, path string) (c net.Conn, err error) {
	err = inFolder(path, func(short string) error {
		var d net.Dialer
		c, err = d.DialContext(ctx, "unix", short)
		return err
	})
	return c, err
}

// inFolder calls f with a name for path that fits into a socket's address, which holds about a hundred bytes and less
// than many a path: where the system has such names, through the opened folder.
func inFolder(path string, f func(name string) error) error {
	if len(path) < 100 || runtime.GOOS != "linux" {
		return f(path)
	}
	fd, err := syscall.Open(filepath.Dir(path), syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	return f(filepath.Join("/proc/self/fd", strconv.Itoa(fd), filepath.Base(path)))
}
