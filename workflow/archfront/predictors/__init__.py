"""Predictors of objectives, and how good they are."""
