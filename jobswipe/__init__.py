"""JobSwipe's core: what a posting, a resume, a match and a swipe are, and how each is stored."""

__version__ = "0.1.0"
