// Package tensorboard writes event files that TensorBoard shows: curves, pictures and text against the step.
//
// A file is a row of records (the TFRecord format), each of which holds an Event message of TensorBoard's protocol buffers
// (tensorboard/compat/proto/event.proto and summary.proto). Of these the few fields are written that are needed here.
//
//	w, err := tensorboard.Open(dir, 0, time.Now)
//	if err != nil {
//		return err
//	}
//	err = errors.Join(w.Add(20, tensorboard.Scalar("loss", 0.25)), w.Close())
package tensorboard
