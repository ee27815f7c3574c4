"""Resumes: extract in a killable subprocess, parse to JSON Resume with a confidence and a quote per field."""
