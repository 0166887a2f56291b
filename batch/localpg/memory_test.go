package localpg

import "testing"

func TestSharedBuffers(t *testing.T) {
	for machine, want := range map[int]string{512: "128MB", 4096: "256MB", 24105: "1506MB", 262144: "2048MB"} {
		if got := sharedBuffers(machine); got != want {
			t.Errorf("machine of %d MiB: got %s, want %s", machine, got, want)
		}
	}
	if machineMemory() < 128 {
		t.Errorf("this machine has %d MiB, which it cannot", machineMemory())
	}
}
