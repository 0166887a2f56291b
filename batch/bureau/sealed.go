package bureau

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jmoiron/sqlx"
)

// Outgoing is the folder, in that of the files, for what is encrypted and not delivered yet.
const Outgoing = "outgoing"

// ErrDelivering: the file is on its way to an address at the moment.
var ErrDelivering = errors.New("the file is being delivered")

// SealedName is the name, in the folder Outgoing, of a file that is encrypted for an address, which may be named as no file may.
func SealedName(file int64, address string) string {
	return fmt.Sprintf("%d-%s.pgp", file, hex.EncodeToString([]byte(address)))
}

// deliveryLocks keeps the keys of these locks apart from others.
const deliveryLocks = 0x66646c76 << 32

// DeliveryLock is the key of the lock that who delivers a file holds, and who takes it back.
func DeliveryLock(file int64) int64 { return deliveryLocks | file }

// notDelivered takes the right to deliver a file until the transaction ends. It returns ErrDelivering if somebody has it.
func notDelivered(ctx context.Context, tx *sqlx.Tx, file int64) error {
	var got bool
	if err := tx.GetContext(ctx, &got, fileNotDelivered, DeliveryLock(file)); err != nil {
		return err
	}
	if !got {
		return ErrDelivering
	}
	return nil
}

// Copies lists where copies of a file lie for people to send.
func Copies(ctx context.Context, q sqlx.QueryerContext, file int64) (paths []string, err error) {
	if err := sqlx.SelectContext(ctx, q, &paths, fileCopies, file); err != nil {
		return nil, fmt.Errorf("find copies of file %d: %w", file, err)
	}
	return paths, nil
}

// sealedCopies lists what was encrypted of a file, and what is left of an encryption that was killed.
func sealedCopies(dir string, file int64) (paths []string, err error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(strings.TrimPrefix(entry.Name(), "."), fmt.Sprintf("%d-", file)) {
			paths = append(paths, filepath.Join(dir, entry.Name()))
		}
	}
	return paths, nil
}

// removeSealed removes what was encrypted of a file, durably. It can be encrypted again.
func removeSealed(dir string, file int64) error {
	paths, err := sealedCopies(dir, file)
	if err != nil || len(paths) == 0 {
		return err
	}
	for _, path := range paths {
		err = errors.Join(err, os.Remove(path))
	}
	if err = errors.Join(err, syncDir(dir)); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}
