"""Evaluation: quality on labelled data, each figure beside a baseline of the same run."""
