// Package evaluate compares imaging methods and writes what it finds for people: [Report] is a self-contained HTML page of
// figures, tables and captions, [Table] the same figures for a terminal.
package evaluate
