package train_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"fringe/models"
	"fringe/train"
)

func ExampleRun() {
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8, Pools: 2}, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	defer net.Drop()
	skies := train.DenoisingConfig{Pixels: 32, Validation: 4}
	task, err := train.NewDenoising(net, skies, 1)
	if err != nil {
		log.Fatal(err)
	}
	print := train.Hook{Name: "print", Do: func(r train.Report) error {
		_, err := fmt.Printf("step %d of %d\n", r.Step, r.Steps)
		return err
	}}
	cfg := train.LoopConfig{Steps: 3, Batch: 2}
	result, err := train.Run(context.Background(), cfg, task, train.DenoisingBatches(skies, 1, cfg.Batch), print)
	fmt.Println(result.Interrupted, err)
	// Output:
	// step 1 of 3
	// step 2 of 3
	// step 3 of 3
	// false <nil>
}
