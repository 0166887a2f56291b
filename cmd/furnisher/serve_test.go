package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// TestServe: the command answers with a token that the program made, and ends in order.
func TestServe(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"DATABASE_URL": pgtest.NewURL(t), "FURNISHER_DATA": t.TempDir(), keysetJSONVariable: pgtest.Keyset}
	start := func(ctx context.Context, stdout, stderr io.Writer, args ...string) int {
		a := &app{stdin: strings.NewReader(""), bytes: stdout, stderr: stderr, getenv: func(name string) string { return environment[name] }, now: time.Now}
		return a.run(ctx, args)
	}
	var secret bytes.Buffer
	if status := start(t.Context(), &secret, io.Discard, "tokens", "create", "desk", "--role", "operator", "--why", "test"); status != exitDone {
		t.Fatalf("tokens create: %d", status)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	in, out := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- start(ctx, io.Discard, out, "serve", "--listen", "127.0.0.1:0", "--log-json")
		out.Close()
	}()
	logged := make(chan string, 1000)
	go func() {
		defer close(logged)
		for log := bufio.NewScanner(in); log.Scan(); {
			logged <- log.Text()
		}
	}()
	line := func(message string) (said map[string]any) {
		for text := range logged {
			if err := json.Unmarshal([]byte(text), &said); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			if said["msg"] == message {
				return said
			}
		}
		t.Fatalf("the log ended without %q", message)
		return nil
	}
	address := "http://" + line("serving")["address"].(string)
	r, err := http.NewRequest("POST", address+"/v1/loans/L-1/cancel-servicing?dryRun=true", strings.NewReader(`{"reason":"DECEASED"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(secret.String()))
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusNotFound || !strings.Contains(string(text), "urn:furnisher:problem:unknown") {
		t.Errorf("an unknown loan: %d %s", answer.StatusCode, text)
	}
	if said := line("request"); said["token"] != "desk" || said["route"] != "POST /v1/loans/{loanId}/cancel-servicing" {
		t.Errorf("log: %v", said)
	}
	stop()
	if status := <-ended; status != exitDone {
		t.Errorf("exit status %d", status)
	}
}
