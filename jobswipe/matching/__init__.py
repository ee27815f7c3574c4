"""Matching: index, features, score, explain, learn, deck."""

import os

# The learner solves many small systems: threads that wait for each other on busy cores made 12 ms of it 900 ms. This
# takes effect where numpy is loaded after it; whoever loads numpy first sets it there.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
