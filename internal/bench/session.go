package main

import (
	"embed"
	"os"
	"path/filepath"
)

//go:embed peers/*.py
var scripts embed.FS

// session holds what comparisons share: a folder with the peers' scripts, and the imaging problem once it is wanted.
type session struct {
	dir     string
	problem *problem
}

func newSession() (*session, error) {
	dir, err := os.MkdirTemp("", "fringe-bench-")
	if err != nil {
		return nil, err
	}
	return &session{dir: dir}, os.CopyFS(dir, scripts)
}

func (s *session) close() { _ = os.RemoveAll(s.dir) }

// imaging returns the imaging problem, which is also in files that the peers read.
func (s *session) imaging() (*problem, error) {
	if s.problem == nil {
		p := newProblem(pixels, visibilities)
		if err := p.write(s.dir); err != nil {
			return nil, err
		}
		s.problem = p
	}
	return s.problem, nil
}

// script returns the path of a peer's script.
func (s *session) script(name string) string { return filepath.Join(s.dir, "peers", name) }
