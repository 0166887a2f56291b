package localpg

import (
	"fmt"
	"os"
)

// sharedBuffers is the server's setting for a machine of so many MiB: a sixteenth of it, from 128 MB to 2 GB. A book of
// a million loans does not fit, but the pages that one night's news touch do.
func sharedBuffers(machineMiB int) string {
	return fmt.Sprintf("%dMB", min(max(machineMiB/16, 128), 2048))
}

// machineMemory is the memory of the machine in MiB; where it is not known, that of a small one.
func machineMemory() int {
	const small = 4096
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return small
	}
	var kiB int
	if _, err := fmt.Sscanf(string(info), "MemTotal: %d kB", &kiB); err != nil {
		return small
	}
	return kiB / 1024
}
