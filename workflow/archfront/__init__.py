"""archfront: measured Pareto fronts of sub-networks, for the hardware they must run on."""

__version__ = "0.1.0"
