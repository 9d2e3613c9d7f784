"""Rival searches, each faithful to its source, each in one file."""
