// Package evaluate compares imaging methods and writes what it finds for people: a [Suite] images simulated observations with
// every [Method] and scores the images against their truths, [Compare] makes a [Table] of the scores, and [Report] is a
// self-contained HTML page of figures, tables and captions.
package evaluate
