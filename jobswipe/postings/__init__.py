"""Postings: normalise, deduplicate, follow their life, keep their versions."""
