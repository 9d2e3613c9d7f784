"""The base package: spaces, super-networks, objectives, platforms, fronts, tables, files."""
