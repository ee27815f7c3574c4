"""JobSwipe's core: what a posting, a resume, a match and a swipe are, and how each is stored."""

import os

# The learner solves many small systems: threads that wait for each other on busy cores made 12 ms of it 900 ms, and
# took two fifths of what a server answers. Numpy reads it when it is loaded: so it is said before ours loads it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
