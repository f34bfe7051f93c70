// Command bench compares fringe with its peers, each pair in the same run and in turn, so that a busy machine slows both: it
// prints a table and writes a JSON line per row. A ratio below 1 means that fringe is faster, or smaller. Each row says
// whether its target is met. Figures of one machine are never compared with those of another.
//
//	bench --list            what there is
//	bench --only gradient   some of it
//
// A comparison is a function of a [session] that returns rows, in a file of its own, and a line in main.go. Python peers run
// as processes that wait for questions on their standard input: see peer.go and peers/serve.py.
package main
