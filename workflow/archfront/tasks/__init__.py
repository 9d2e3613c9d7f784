"""Tasks: the data sets of images and of parallel text."""
