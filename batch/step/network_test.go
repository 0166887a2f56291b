//go:build !linux

package step_test

import "syscall"

// ownNetwork has no network to give a process.
func ownNetwork() *syscall.SysProcAttr { return nil }
