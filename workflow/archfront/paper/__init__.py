"""The figures and tables of the paper's experiments, and whether its claims hold."""
