package main

import "fringe/radio"

// modelSet is an open Measurement Set that takes a model.
type modelSet interface {
	Source() radio.Source
	HasModel() (bool, error)
	WriteModel(predict func(u, v []float64) ([]complex128, error)) (rows int64, err error)
	Close() error
}
