package main

import (
	"testing"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
)

func TestDiagnoseServer(t *testing.T) {
	t.Parallel()
	a := &app{now: eveningOf(september)}
	sound := inquiry.Server{Version: "17.1", Fsync: true, FullPageWrites: true, MayCopy: true, Now: a.now()}
	for name, c := range map[string]struct {
		change func(s *inquiry.Server)
		about  string
		want   verdict
	}{
		"sound":            {func(*inquiry.Server) {}, "", verdictOK},
		"no fsync":         {func(s *inquiry.Server) { s.Fsync = false }, "durability", verdictBad},
		"no full pages":    {func(s *inquiry.Server) { s.FullPageWrites = false }, "durability", verdictBad},
		"no copies":        {func(s *inquiry.Server) { s.MayCopy = false }, "rights", verdictWarn},
		"tables barred":    {func(s *inquiry.Server) { s.Barred = 2 }, "rights", verdictBad},
		"a clock of 4 s":   {func(s *inquiry.Server) { s.Now = s.Now.Add(4 * time.Second) }, "clock", verdictOK},
		"a clock of 1 min": {func(s *inquiry.Server) { s.Now = s.Now.Add(-time.Minute) }, "clock", verdictWarn},
		"a clock of 1 h":   {func(s *inquiry.Server) { s.Now = s.Now.Add(time.Hour) }, "clock", verdictBad},
	} {
		server := sound
		c.change(&server)
		for _, d := range a.diagnoseServer(server) {
			want := verdictOK
			if d.About == c.about {
				want = c.want
			}
			if d.Verdict != want || (d.Verdict == verdictOK) != (d.Do == "") {
				t.Errorf("%s: %+v, want %s", name, d, want)
			}
		}
	}
}
