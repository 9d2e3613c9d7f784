"""The config: schema, checks, the validated experiment, its paths, the files of the user."""
