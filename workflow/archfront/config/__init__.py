"""The config: schema, checks, the validated experiment, its paths, the files that users bring."""
