"""eht-imaging makes a closure image of an EHT file, end to end, as a user's script would: one process from the import to the FITS file.

usage: ehtim_m87.py DATA.uvfits OUT.fits

Scan averages, 1 % systematic error, no baselines inside a site (shorter than 0.1 Gλ); amplitudes with weight 0.2, closure phases and log closure
amplitudes with 1; maximum entropy against a Gaussian of 40 µas, total variation and total squared variation; a flux of 0.6 Jy; 64 × 64 pixels of 2 µas;
three rounds of 100 iterations with a blur of 20 µas in between.
"""
import contextlib
import io
import sys

with contextlib.redirect_stdout(io.StringIO()):
    import ehtim as eh

    obs = eh.obsdata.load_uvfits(sys.argv[1])
    obs.add_scans()
    obs = obs.avg_coherent(0.0, scan_avg=True).add_fractional_noise(0.01).flag_uvdist(uv_min=0.1e9)
    width = 40 * eh.RADPERUAS
    prior = eh.image.make_square(obs, 64, 128 * eh.RADPERUAS).add_gauss(0.6, (width, width, 0, 0, 0))
    image = prior
    for _ in range(3):
        imager = eh.imager.Imager(obs, image, prior_im=prior, flux=0.6, data_term={"amp": 0.2, "cphase": 1, "logcamp": 1},
                                  reg_term={"simple": 100, "tv": 1, "tv2": 1, "flux": 100}, maxit=100, ttype="direct", epsilon_tv=1e-10)
        imager.make_image_I(show_updates=False)
        best = imager.out_last()
        image = best.blur_circ(20 * eh.RADPERUAS)
    best.save_fits(sys.argv[2])
