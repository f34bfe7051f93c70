// Package evaluate compares imaging methods and writes what it finds for people: a [Suite] images simulated observations with
// every [Method] and scores the images against their truths, [Compare] makes a [Table] of the scores, and [Report] is a
// self-contained HTML page of figures, tables and captions.
//
// A [DenoisingSuite] does the same for every [DenoisingMethod] on skies with white noise, after it has chosen the strengths of the
// classical ones on other skies, and measures the Jacobians of networks.
package evaluate
