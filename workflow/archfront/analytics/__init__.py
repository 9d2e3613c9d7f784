"""Figures and tables, one file each."""
