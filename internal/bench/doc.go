// Command bench compares fringe with its peers, each pair in the same run: it prints a table and writes a JSON line per
// comparison. A ratio below 1 means that fringe is faster. Figures of one machine are never compared with those of another.
package main
