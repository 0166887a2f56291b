package localpg

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// stalePID is what a killed server leaves in its postmaster.pid, with another process's number.
func stalePID(number int, server *Server) []byte {
	return fmt.Appendf(nil, "%d\n%s\n1\n5432\n%s\n\n\nready   \n",
		number, filepath.Join(server.DataDir(), "data"), server.sockets)
}

func writeAs(t *testing.T, server *Server, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := server.account.own(path); err != nil {
		t.Fatal(err)
	}
}

func TestAbandoned(t *testing.T) {
	if _, err := os.Stat("/proc/self/cwd"); err != nil {
		if abandoned("/", uint32(os.Geteuid())) {
			t.Error("without /proc the answer has to be no")
		}
		return
	}
	self, err := serverAccount("/nonexistent") // as root, root's own processes do not matter
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t)
	if !abandoned(dir, self.uid) {
		t.Error("nobody works in a new folder")
	}
	worker := exec.Command("sleep", "600")
	worker.Dir = dir
	worker.SysProcAttr = &syscall.SysProcAttr{}
	if self.drop {
		worker.SysProcAttr.Credential = &syscall.Credential{Uid: self.uid, Gid: self.gid}
	}
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	if abandoned(dir, self.uid) {
		t.Error("a process that works in the folder was not seen")
	}
	if err := worker.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := worker.Wait(); err == nil {
		t.Fatal("the process was to be killed")
	}
	if !abandoned(dir, self.uid) {
		t.Error("a process that is gone was seen")
	}
}
