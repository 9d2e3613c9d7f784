"""The figures and tables of the paper's experiments, and verdicts on its claims."""
