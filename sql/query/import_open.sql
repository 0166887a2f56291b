-- Opens an import. $1 directory, $2 now.
INSERT INTO import (directory, started_at, finished_at) VALUES ($1, $2, $2) RETURNING import
