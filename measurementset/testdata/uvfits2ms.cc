// Turns a UVFITS file into a Measurement Set with casacore's own converter: a second opinion on signs, weights and frequencies.
#include <casacore/msfits/MSFits/MSFitsInput.h>
#include <iostream>
int main(int n, char **a) {
  if (n != 3) { std::cerr << "usage: uvfits2ms IN.uvfits OUT.ms\n"; return 2; }
  try { casacore::MSFitsInput in(a[2], a[1]); in.readFitsFile(); }
  catch (const std::exception &e) { std::cerr << e.what() << "\n"; return 1; }
}
