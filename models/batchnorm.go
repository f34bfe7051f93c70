package models

import "fringe/internal/torch"

// batchNorm is a batch normalisation with its running statistics.
type batchNorm struct {
	name                         string
	weight, bias, mean, variance *torch.Tensor
}

func (b *builder) batchNorm(name string, channels int64) *batchNorm {
	s := b.scope
	return &batchNorm{
		name:     name,
		weight:   b.constant(name+".weight", 1, channels),
		bias:     b.constant(name+".bias", 0, channels),
		mean:     s.Keep(s.Zeros(b.dtype, channels)),
		variance: s.Keep(s.AddScalar(s.Zeros(b.dtype, channels), 1)),
	}
}

// buffers returns the running statistics under the names that PyTorch gives them.
func (n *batchNorm) buffers() parameters {
	return parameters{{Name: n.name + ".running_mean", Tensor: n.mean}, {Name: n.name + ".running_var", Tensor: n.variance}}
}

func (n *batchNorm) forward(s *torch.Scope, x *torch.Tensor, training bool) *torch.Tensor {
	const (
		momentum = 0.1  // PyTorch's default
		eps      = 1e-4 // that of the authors' DnCNN
	)
	return s.BatchNorm(x, n.weight, n.bias, n.mean, n.variance, training, momentum, eps)
}
