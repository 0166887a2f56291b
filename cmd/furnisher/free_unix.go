//go:build linux || darwin

package main

import (
	"os"
	"path/filepath"
	"syscall"
)

// freeBytes is how much a folder's disk has left for us.
func freeBytes(dir string) (int64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return 0, err
	}
	return int64(disk.Bavail) * int64(disk.Bsize), nil
}

// mountPoint is the folder on which the disk of a path is mounted, "" if it is not known.
func mountPoint(path string) string {
	info, err := os.Stat(path)
	for err != nil && path != filepath.Dir(path) { // not there yet, or no more
		path = filepath.Dir(path)
		info, err = os.Stat(path)
	}
	for err == nil {
		above, aboveErr := os.Stat(filepath.Dir(path))
		if aboveErr != nil || path == filepath.Dir(path) || device(above) != device(info) {
			return path
		}
		path, info = filepath.Dir(path), above
	}
	return ""
}

func device(info os.FileInfo) uint64 {
	at, is := info.Sys().(*syscall.Stat_t)
	if !is {
		return 0
	}
	return uint64(at.Dev)
}
