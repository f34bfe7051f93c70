// Package radiotest holds the conformance tests that every linear operator and every differentiable term must pass:
// the adjoint test and the comparison of a gradient with central differences; and it finds the Python of second opinions.
package radiotest
