"""Runs of an experiment: what they will cost, and how far they are."""
