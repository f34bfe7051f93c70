package radio

// Operator is a linear map between an image (real, Grid.Len() values) and visibilities. Len is the number of visibilities.
// Forward fills vis from img; Adjoint fills img with Re Aᴴ vis, so that Re⟨A img, vis⟩ = ⟨img, Adjoint vis⟩.
type Operator interface {
	Len() int
	Forward(vis []complex128, img []float64)
	Adjoint(img []float64, vis []complex128)
}
