"""Measurements: taken once, kept in the store, alone on the host where they are timed."""
