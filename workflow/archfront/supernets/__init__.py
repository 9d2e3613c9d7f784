"""Super-networks: a space, and the way to build, load and measure its sub-networks."""
