"""The resume: what was read of it, beside the text."""
