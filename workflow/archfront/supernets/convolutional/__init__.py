"""Once-for-All's convolutional super-networks."""
