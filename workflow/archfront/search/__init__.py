"""Search: algorithms, variation operators, the acquisition function, and tactics."""
