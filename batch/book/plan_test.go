package book

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/fixtures/pgtest"
)

// TestChunkIsReadOnce holds that the queries of a chunk look up each of its loans once in a book of four million: where the
// planner expects one row and meets thousands, a list of all keys on the inner side is looked up again for each loan.
func TestChunkIsReadOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.MustExec(`UPDATE pg_class SET relpages = 1, reltuples = 4000000
		WHERE relnamespace = CAST('furnisher' AS regnamespace) AND relkind IN ('r', 'i')`)
	keys := make([]int64, 2000)
	for i := range keys {
		keys[i] = int64(i) + 1_000_001
	}
	for name, query := range map[string]string{
		"AccountFresh": accountFresh, "AccountRead": accountRead, "CaseRead": caseRead, "ConsumerRead": consumerRead, "LedgerRead": ledgerRead,
		"LoanRead": loanRead, "PauseRead": pauseRead, "PaymentCancelled": paymentCancelled,
	} {
		tx := db.MustBegin()
		tx.MustExec(database.Query("run", "ChunkPlan"))
		var plan []byte
		err := tx.Get(&plan, "EXPLAIN (FORMAT JSON) "+query, pq.Array(keys))
		if rollback := tx.Rollback(); err != nil || rollback != nil {
			t.Fatal(name, err, rollback)
		}
		var explained []struct{ Plan node }
		if err := json.Unmarshal(plan, &explained); err != nil {
			t.Fatal(name, err)
		}
		if inner := explained[0].Plan.repeated(); inner != "" {
			t.Errorf("%s looks up all keys for each loan: %s", name, inner)
		}
	}
}

// node is a node of a query's plan.
type node struct {
	Type  string `json:"Node Type"`
	Index string `json:"Index Name"`
	Cond  string `json:"Index Cond"`
	Plans []node
}

// repeated returns the first index that the inner side of a nested loop scans by a list of keys.
func (n *node) repeated() string {
	for i := range n.Plans {
		inner := &n.Plans[i]
		if n.Type == "Nested Loop" && i == 1 && strings.Contains(inner.Cond, "ANY") {
			return inner.Index
		}
		if found := inner.repeated(); found != "" {
			return found
		}
	}
	return ""
}
