"""archfront: measured Pareto fronts of sub-networks, for the hardware they must run on.

The names in ``__all__`` are the public interface. Each of them is imported at its first use, so
that ``import archfront`` takes no time.
"""

from importlib import import_module

__version__ = "0.1.0"

_ROOMS = {
    "core.space": ("ElasticParameter", "SearchSpace"),
    "core.supernet": ("Reading", "SuperNetwork"),
    "core.objective": ("OBJECTIVES", "Objective", "part_latency"),
    "core.platform": ("Platform",),
    "core.pareto": ("front_mask", "hypervolume", "knee"),
    "core.metrics": ("mape", "tau"),
    "config.experiment": ("load",),
    "supernets.registry": ("supernet",),
    "supernets.torch_supernetwork": ("TorchSuperNetwork",),
    "supernets.weight_sharing": ("inherit", "shared"),
    "measurement.measure": ("measure",),
    "measurement.store": ("MeasurementStore",),
    "measurement.per_example": ("records_of",),
    "core.paired": ("paired_difference",),
    "predictors.predictor": ("fit",),
    "predictors.quality": ("learning_curve",),
    "search.nsga2": ("nsga2",),
    "search.proposal": ("SearchSettings", "propose"),
    "search.concurrent": ("ConcurrentNAS",),
    "search.tactic": ("Tactic",),
    "search.popdb": ("clusters", "constrain", "frequencies"),
    "analytics.results": ("fronts", "searches", "value_shares"),
}
HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = ["__version__", *HOME]


def __getattr__(name: str) -> object:
    if name not in HOME:
        raise AttributeError(f"module 'archfront' has no attribute {name!r}")
    return getattr(import_module(f"archfront.{HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
