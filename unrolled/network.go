package unrolled

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/models"
)

// Network is an unrolled gradient network with weights of its own in every step. It owns its parameters until Drop.
type Network struct {
	cfg   Config
	steps []step
}

// step is one gradient step and its correction.
type step struct {
	eta  *torch.Tensor // [1, 1, 1, 1], starts at 1
	unet *models.UNet
}

// New makes a network that is plain gradient descent until it is trained.
func New(c Config, rng *rand.Rand) (*Network, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &Network{cfg: c.WithDefaults()}
	for range n.cfg.Steps {
		unet, err := models.NewUNet(n.cfg.UNet, rng)
		if err != nil {
			n.Drop()
			return nil, err
		}
		eta, err := newEta(n.cfg.UNet.Float64)
		if err != nil {
			unet.Drop()
			n.Drop()
			return nil, err
		}
		n.steps = append(n.steps, step{eta, unet})
	}
	return n, nil
}

func newEta(float64s bool) (eta *torch.Tensor, err error) {
	dtype := torch.Float32
	if float64s {
		dtype = torch.Float64
	}
	err = torch.Do(func(s *torch.Scope) error {
		eta = s.Keep(s.RequireGrad(s.To(s.FromFloat64s([]float64{1}, 1, 1, 1, 1), dtype)))
		return nil
	})
	return eta, err
}

// Config returns the config with all defaults filled in.
func (n *Network) Config() Config { return n.cfg }

// Params returns the trainable tensors, sorted by name: "step.0.eta", "step.0.unet.down.0.conv1.weight", …
func (n *Network) Params() []torch.Param {
	var params []torch.Param
	for t, st := range n.steps {
		if !n.cfg.IgnoreData {
			params = append(params, torch.Param{Name: fmt.Sprintf("step.%d.eta", t), Tensor: st.eta})
		}
		for _, p := range st.unet.Params() {
			params = append(params, torch.Param{Name: fmt.Sprintf("step.%d.unet.%s", t, p.Name), Tensor: p.Tensor})
		}
	}
	slices.SortFunc(params, func(a, b torch.Param) int { return cmp.Compare(a.Name, b.Name) })
	return params
}

// Drop frees the parameters. The network must not be used afterwards.
func (n *Network) Drop() {
	for _, st := range n.steps {
		st.eta.Drop()
		st.unet.Drop()
	}
}

// Forward reconstructs a batch of problems, each with a kernel of its own. It returns images in network units,
// [batch, 1, ny, nx], which may be slightly negative.
func (n *Network) Forward(s *torch.Scope, p measure.Problem) (x *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if n.cfg.IgnoreData {
		dirty := s.Mul(p.Gain, p.Dirty)
		correction, err := n.steps[0].unet.Forward(s, dirty)
		if err != nil {
			return nil, err
		}
		return s.Sub(dirty, correction), nil
	}
	x = s.MulScalar(p.Dirty, 0)
	for t, st := range n.steps {
		if x, err = st.apply(s, p, x); err != nil {
			return nil, fmt.Errorf("unrolled: step %d: %w", t, err)
		}
	}
	return x, nil
}

// apply returns x − η∇DC(x) − CNN(x, r), where the residual r = −∇DC(x) is seen in units of the dirty image's peak.
func (st step) apply(s *torch.Scope, p measure.Problem, x *torch.Tensor) (*torch.Tensor, error) {
	z, residual, err := measure.Step(s, p.Normal, x, p.Dirty, st.eta)
	if err != nil {
		return nil, err
	}
	correction, err := st.unet.Forward(s, s.Cat(1, x, s.Mul(p.Gain, residual)))
	if err != nil {
		return nil, err
	}
	return s.Sub(z, correction), nil
}
