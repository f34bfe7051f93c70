// Package train fits networks to simulated skies: a loop that knows nothing of the network ([Run]), the tasks that it runs
// ([Denoising] for denoisers, [Reconstruction] for unrolled networks), and the config that all are read from.
//
// A run is a pure function of its config: every batch depends on the seed and the step alone, and a run that was stopped and
// resumed gives the same bytes as one that was not, on the same machine with the same number of threads.
//
// In its folder a run keeps a checkpoint (package checkpoints; the weights are their exponential moving average, the state is
// what resuming needs), best, the weights of the best validation so far, and metrics.jsonl, one line per report.
// Validations leave pictures of a few examples ([Shower]) in pictures, and with LoopConfig.TensorBoard there is an event file.
package train
