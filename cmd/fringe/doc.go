// Command fringe trains image priors on simulated skies and images interferometer data with them.
//
//	fringe image OBS.uvfits --out DIR       an image, its residuals and a report
//	fringe inspect FILE...                  what is in files of visibilities and images
//	fringe train CONFIG.yaml --out DIR      a learned prior
//	fringe evaluate CONFIG.yaml --out DIR   methods compared on simulated observations whose truth is known
//	fringe doctor                           what is installed and what is missing
//	fringe demo                             M87 with classical and learned methods side by side
//
// Each verb is one file. This is the only package where a checkpoint becomes a model and a model becomes a prior.
package main
