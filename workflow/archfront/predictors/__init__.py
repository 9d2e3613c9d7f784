"""Predictors of objectives, and the evaluation of predictors."""
