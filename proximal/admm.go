package proximal

import "fringe/internal/torch"

// ADMM is the state of [ADMMStep]: the image, and for every part of the splitting its coefficients Z, near Lx, and the scaled
// multipliers U. [NewADMM] makes the first.
type ADMM struct {
	X    *torch.Tensor
	Z, U []*torch.Tensor
}

// Splitting is the part of an objective that is not smooth: x in C, and a sum of penalties. C is part 0 of the state, the
// penalties follow.
type Splitting struct {
	Constraint Constraint
	Penalties  []Penalty
}

// norms returns the linear maps of the parts; that of the constraint is the identity of L1.
func (p Splitting) norms() []Norm {
	norms := []Norm{L1{}}
	for _, penalty := range p.Penalties {
		norms = append(norms, penalty.Norm)
	}
	return norms
}

// Update returns argmin of f(x) + ρ/2 Σ‖Lᵢx − cᵢ‖², the data step of ADMM, from the image x.
type Update func(s *torch.Scope, x *torch.Tensor, c []*torch.Tensor, rho *torch.Tensor) (*torch.Tensor, error)

// NewADMM returns the state that belongs to a start image: Z = Lx, U = 0.
func NewADMM(s *torch.Scope, x *torch.Tensor, p Splitting) (at ADMM, err error) {
	defer torch.Catch(&err)
	at.X = s.MulScalar(x, 1)
	for _, n := range p.norms() {
		z, err := n.Analyse(s, x)
		if err != nil {
			return ADMM{}, err
		}
		at.Z, at.U = append(at.Z, z), append(at.U, s.MulScalar(z, 0))
	}
	return at, nil
}

// ADMMStep makes one step of the alternating direction method of multipliers in scaled form (Boyd et al. 2011, Found. Trends
// Mach. Learn. 3, 1, eqs. 3.5–3.7):
//
//	x⁺ = argmin f(x) + ρ/2 Σ‖Lᵢx − zᵢ + uᵢ‖²,  zᵢ⁺ = prox(Lᵢx⁺ + uᵢ) with weight/ρ,  uᵢ⁺ = uᵢ + Lᵢx⁺ − zᵢ⁺
//
// [QuadraticUpdate] is the first line for least squares. It converges for every ρ > 0. The image that lies in C is Z[0].
func ADMMStep(s *torch.Scope, at ADMM, update Update, p Splitting, rho *torch.Tensor) (next ADMM, err error) {
	defer torch.Catch(&err)
	targets := make([]*torch.Tensor, len(at.Z))
	for i := range at.Z {
		targets[i] = s.Sub(at.Z[i], at.U[i])
	}
	if next.X, err = update(s, at.X, targets, rho); err != nil {
		return ADMM{}, err
	}
	drop(targets...)
	for i, n := range p.norms() {
		lx, err := n.Analyse(s, next.X)
		if err != nil {
			return ADMM{}, err
		}
		sum := s.Add(lx, at.U[i])
		lx.Drop()
		z, err := p.shrink(s, i, sum, rho)
		if err != nil {
			return ADMM{}, err
		}
		next.Z, next.U = append(next.Z, z), append(next.U, s.Sub(sum, z))
		sum.Drop()
	}
	return next, nil
}

// shrink is the proximal operator of part i.
func (p Splitting) shrink(s *torch.Scope, i int, c, rho *torch.Tensor) (*torch.Tensor, error) {
	if i == 0 {
		return p.Constraint.Project(s, c)
	}
	penalty := p.Penalties[i-1]
	t := s.Div(penalty.Weight, rho)
	defer t.Drop()
	return Shrink(s, penalty.Norm, c, t)
}

// QuadraticUpdate is the data step for f = ½xᵀHx − xᵀb, by conjugate gradients on H + ρ ΣLᵢᵀLᵢ, started at the image. Norms with
// LᵀL = 1 (pixels, tight frames) cost no transform there.
func QuadraticUpdate(hessian Linear, b *torch.Tensor, p Splitting, c Conjugate) Update {
	norms := p.norms()
	identities, others := 0.0, []Norm(nil)
	for _, n := range norms {
		switch n.(type) {
		case L1, Frame:
			identities++
		default:
			others = append(others, n)
		}
	}
	return func(s *torch.Scope, x *torch.Tensor, targets []*torch.Tensor, rho *torch.Tensor) (y *torch.Tensor, err error) {
		defer torch.Catch(&err)
		right, err := addBack(s, b, norms, targets, rho)
		if err != nil {
			return nil, err
		}
		y, err = c.Solve(s, func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
			hx, err := hessian(s, x)
			if err != nil {
				return nil, err
			}
			hx = replace(s, hx, rho, x, identities)
			coefficients := make([]*torch.Tensor, len(others))
			for i, n := range others {
				if coefficients[i], err = n.Analyse(s, x); err != nil {
					return nil, err
				}
			}
			sum, err := addBack(s, hx, others, coefficients, rho)
			drop(append(coefficients, hx)...)
			return sum, err
		}, right, x)
		right.Drop()
		return y, err
	}
}

// addBack returns b + ρ Σ Lᵢᵀcᵢ.
func addBack(s *torch.Scope, b *torch.Tensor, norms []Norm, c []*torch.Tensor, rho *torch.Tensor) (*torch.Tensor, error) {
	sum := s.MulScalar(b, 1)
	for i, n := range norms {
		back, err := n.Synthesise(s, c[i])
		if err != nil {
			return nil, err
		}
		sum = replace(s, sum, rho, back, 1)
		back.Drop()
	}
	return sum, nil
}
