package main

// version is what --version prints and reports and FITS headers carry.
const version = "0.3.0"
