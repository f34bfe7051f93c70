package checkpoints

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// ErrInUse is returned (wrapped) by Lock for a folder that another run writes to.
var ErrInUse = errors.New("a run is still going on in this folder")

// Lock keeps other callers of Lock, of this program or another one, out of the folder dir until unlock, or until the program ends. It leaves no
// file behind. Where there is no such folder, or on file systems that cannot lock one, nothing is kept out.
func Lock(dir string) (unlock func() error, err error) {
	folder, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return func() error { return nil }, nil
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoints: lock folder: %w", err)
	}
	if err := flock(folder); errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(fmt.Errorf("checkpoints: %q: %w", dir, ErrInUse), folder.Close())
	}
	return folder.Close, nil // which unlocks
}

// flock takes the lock without waiting for it.
func flock(f *os.File) error {
	for {
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
