// Package fanout spreads a night over several machines that share its database.
//
//	Queue   the coordinator of a run offers the chunks of each step as jobs of River, a queue in the
//	        same database
//	Worker  any number of processes take them
//
// A job is no more than a hint that a chunk may be done: package batch's fence, the lock of the chunk's row in the
// ledger, is what makes it done once. So nothing here has to be tried again. A chunk whose worker was killed,
// froze or failed is done by the machine that leads the night, which meets a real error of a step itself and
// stops with it.
//
// River's tables stand in a schema of their own; nights on one machine do without them.
package fanout
