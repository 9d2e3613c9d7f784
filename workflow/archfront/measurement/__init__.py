"""Measuring sub-networks: objectives, platforms, protocols, the store."""
