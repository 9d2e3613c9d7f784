"""Tasks: how images come in, one file per data set."""
