"""The pipeline: applications by stage."""
