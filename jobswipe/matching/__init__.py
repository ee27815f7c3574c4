"""Matching: index, features, score, explain, learn, deck."""
