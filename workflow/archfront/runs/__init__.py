"""The runs of an experiment: estimate of their cost, and their progress."""
