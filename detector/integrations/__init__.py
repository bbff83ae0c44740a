"""Where users are: the detector inside other programs. Each needs its extra."""
