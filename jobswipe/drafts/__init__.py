"""Drafts of an application's texts, made from the resume's facts; what no fact backs is flagged."""
