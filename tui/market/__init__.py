"""The market: what the reports say, as plots."""
