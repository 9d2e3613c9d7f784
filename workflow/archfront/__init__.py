"""archfront: measured Pareto fronts of sub-networks, for the hardware they must run on.

The names below are the library's front door; each is imported when it is first used, so that
``import archfront`` costs nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

_ROOMS = {
    "space": ("ElasticParameter", "SearchSpace"),
    "experiment": ("load", "supernet"),
    "supernets.supernet": ("SuperNetwork",),
    "measurement.objective": ("OBJECTIVES", "Objective"),
    "measurement.platform": ("Platform",),
    "measurement.measure": ("Reading", "measure"),
    "measurement.store": ("MeasurementStore",),
    "predictors.predictor": ("fit",),
    "predictors.quality": ("learning_curve", "mape", "tau"),
    "search.nsga2": ("nsga2",),
    "search.pareto": ("front_mask", "hypervolume", "knee"),
    "search.proposal": ("SearchSettings", "propose"),
    "search.concurrent": ("ConcurrentNAS",),
    "search.tactic": ("Tactic",),
    "results": ("fronts", "searches", "value_shares"),
    "popdb": ("clusters", "constrain", "frequencies"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'archfront' has no attribute {name!r}")
    return getattr(import_module(f"archfront.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
