"""Measurements: taken once, kept in the store. A latency measurement runs alone on its host."""
