package host

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"gopkg.in/natefinch/lumberjack.v2"

	"arcadia/engine/visible"
	"arcadia/tui/cli"
)

// How large the log may get: a file under way and one before it.
const (
	logFile  = 64 // MiB
	logFiles = 2
)

// How much of one value is written: of a text, and of a stack.
const (
	maxValue = 1 << 10
	maxStack = 16 << 10
)

// OwnLog opens the operator's own log. Without one the work goes on, and says so: an operator in need must not be kept out by a full disk.
func OwnLog(env func(string) string, closers *Closers) *slog.Logger {
	file, err := cli.LogFile(env)
	var out io.WriteCloser
	if err == nil {
		out, err = OpenLog(file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "arcadia: nothing is logged: "+visible.Text(err.Error()))
		return slog.New(slog.DiscardHandler)
	}
	closers.Push(out.Close)
	return NewLog(out)
}

// OpenLog opens the log in a file: readable by its owner only, cut at 64 MiB, when it becomes the one file that is kept beside it. A
// name that is taken by anything but a file is refused, since a pipe that nobody reads would stop whoever writes.
func OpenLog(file string) (io.WriteCloser, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for the log: %w", err)
	}
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err == nil && !info.Mode().IsRegular():
		err = fmt.Errorf("%s is there and is not a file: move it away", file)
	case err == nil:
		err = os.Chmod(file, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = f.Close() // it can be written
	}
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	return &lumberjack.Logger{Filename: file, MaxSize: logFile, MaxBackups: logFiles - 1}, nil
}

// NewLog writes lines of JSON in which everything is safe to show and bounded, wherever it came from.
func NewLog(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: safe}))
}

func safe(_ []string, a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	text := ""
	switch v.Kind() {
	case slog.KindString:
		text = v.String()
	case slog.KindAny:
		switch x := v.Any().(type) {
		case error:
			text = x.Error()
		case fmt.Stringer:
			text = x.String()
		default:
			return a // of our own making
		}
	default:
		return a
	}
	if a.Key == "stack" {
		return slog.String(a.Key, text[:min(len(text), maxStack)])
	}
	return slog.String(a.Key, visible.Short(text[:min(len(text), maxValue)], maxValue))
}
