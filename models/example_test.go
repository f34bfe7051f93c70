package models_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"fringe/internal/torch"
	"fringe/models"
)

func ExampleDenoiser() {
	net, err := models.NewDenoiser(models.UNetConfig{Width: 16}, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	defer net.Drop()
	err = torch.Do(func(s *torch.Scope) error {
		y, err := net.Denoise(s, s.FromFloat64s([]float64{0, 0.5, 1, 0.5}, 1, 1, 2, 2), 0.1)
		if err != nil {
			return err
		}
		fmt.Println(y.Shape(), s.Float64s(y)) // untrained: the identity
		return nil
	})
	fmt.Println(err)
	// Output:
	// [1 1 2 2] [0 0.5 1 0.5]
	// <nil>
}
