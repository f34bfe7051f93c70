package main

import (
	"slices"

	"fringe/measure"
)

// makeProducts makes the dirty, residual and restored images, but not of a cube. Where that is not possible, as of baselines along one line, they are left
// out: the image matters more.
func (out *outcome) makeProducts() {
	if out.job.channels() > 1 {
		return
	}
	weighting, err := out.options.weightingFlags.value()
	if err != nil {
		out.trouble("no dirty and restored images: %v", err)
		return
	}
	v, err := out.job.visibilities()
	if err != nil {
		out.trouble("no dirty and restored images of all data together: %v", err)
		return
	}
	seen, alike := out.job.seen(out.result.Image)
	products, err := measure.NewProducts(v, out.job.grid, seen, weighting)
	if err == nil && !alike {
		err = out.subtractEach(products)
	}
	if err != nil {
		out.trouble("no dirty and restored images: %v", err)
		return
	}
	report := reportProducts(products)
	out.products, out.report.Products = products, &report
}

// phaseRemark is what the titles of images say that rest on phases which were not fitted.
func (out *outcome) phaseRemark() string {
	if out.job.phaseless() {
		return " (phases not calibrated)"
	}
	return ""
}

// seen returns the image as the dishes see it, behind the mean of the primary beams of the fitted sets, each weighted with the weights of its
// visibilities; and whether all of them have the same beam.
func (j *job) seen(image []float64) (sky []float64, alike bool) {
	sets := j.fitted()
	first, mean, total := sets[0].fit.spec.beam, make([]float64, len(image)), 0.0
	alike = true
	for _, s := range sets {
		beam, weight := s.fit.spec.beam, sum(s.obs.vis.Weight)
		alike, total = alike && slices.Equal(beam, first), total+weight
		for i, b := range beam {
			mean[i] += weight * b
		}
	}
	if alike {
		mean, total = first, 1
	}
	sky = slices.Clone(image)
	for i, b := range mean {
		sky[i] *= b / total
	}
	return sky, alike
}

// subtractEach puts what the image leaves of every set, each behind a primary beam of its own, in the place of the residual image and into
// the restored one.
func (out *outcome) subtractEach(p *measure.Products) error {
	all, err := out.left()
	if err != nil {
		return err
	}
	rest, err := measure.NewProducts(all, p.Grid, nil, p.Weighting)
	if err != nil {
		return err
	}
	for i, r := range rest.Dirty {
		p.Restored[i] += r - p.Residual[i]
	}
	p.Residual = rest.Dirty
	return nil
}
