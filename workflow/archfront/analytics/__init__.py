"""Figures and tables of an experiment, one module each."""
