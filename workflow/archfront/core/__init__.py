"""The ground floor: spaces, super-networks, objectives, platforms, fronts, tables, files."""
