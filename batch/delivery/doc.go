// Package delivery brings files of the bureaus to the addresses of their destinations.
//
//	d := &delivery.Deliverer{DB: db, Locks: db, Destinations: destinations, Spool: dir, Now: time.Now, Who: "ada"}
//	result, err := d.Deliver(ctx, file)
//
// The file on disk is compared with the one that was made, encrypted and signed where the address wants that, uploaded under a
// temporary name, its size compared, and renamed. Then the receipt is committed (tables delivery and delivery_attempt), and when
// all addresses have it, the file is TRANSMITTED. A folder is for people who send by hand: it makes no file TRANSMITTED.
//
// # Once
//
// Before an upload begins, the ledger says under which name, and with which bytes: size and SHA-256. The first attempt chooses
// the name. After a crash the next attempt looks for the file there before it uploads: if it is one that an attempt meant to
// send, the delivery is proved (FOUND), and anything else of that name is left alone (ErrOccupied). What is encrypted is kept
// until it is delivered, for encrypted again it has other bytes. While a file may be at an address, it cannot be voided.
//
// It refuses to deliver what was not released, to a host whose key is not known, and out of order.
package delivery
