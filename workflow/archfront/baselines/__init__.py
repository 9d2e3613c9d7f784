"""Baseline searches. Each is faithful to its source and has one module."""
