package main

import (
	"io"
	"log/slog"
	"path/filepath"
)

// studio keeps the pictures of scenes.
type studio struct {
	out   string
	paint *painter
	log   *slog.Logger
}

func (st *studio) picture(name string, f *frame) error {
	return st.keep(name+".png", func(w io.Writer) error { return writePNG(w, st.paint.picture(newMask().apply(f))) })
}

func (st *studio) movie(name string, shots []shot) error {
	m := newMask()
	for i := range shots {
		shots[i].frame = m.apply(shots[i].frame)
	}
	return st.keep(name+".gif", func(w io.Writer) error { return writeGIF(w, st.paint, shots) })
}

func (st *studio) keep(file string, write func(io.Writer) error) error {
	path := filepath.Join(st.out, file)
	if err := save(path, write); err != nil {
		return err
	}
	st.log.Info("written", "file", path)
	return nil
}
