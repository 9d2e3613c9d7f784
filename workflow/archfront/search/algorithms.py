"""The search algorithms by name, and the check of a user's algorithm.

An algorithm is a function with the parameters :data:`PARAMETERS` of
:func:`archfront.search.nsga2.nsga2` that returns a
:class:`~archfront.search.evolution.History`. It may have parameters of :data:`OPTIONS` as well, and
an attribute ``objectives``: a ``range`` of the numbers of objectives that it supports.
"""

from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from types import FunctionType
from typing import TYPE_CHECKING, cast

import numpy as np

from archfront.core.registry import ConfigError, find, told
from archfront.core.space import SearchSpace

if TYPE_CHECKING:  # pymoo is slow to import, and most jobs do not use it
    from archfront.search.evolution import Evaluate, History

ALGORITHMS = {
    "nsga2": "archfront.search.nsga2:nsga2",
    "pymoo_nsga2": "archfront.search.pymoo_algorithms:pymoo_nsga2",
    "u_nsga3": "archfront.search.pymoo_algorithms:u_nsga3",
    "moead": "archfront.search.pymoo_algorithms:moead",
    "age_moea": "archfront.search.pymoo_algorithms:age_moea",
    "r_nsga2": "archfront.search.pymoo_algorithms:r_nsga2",
    "mo_cma_es": "archfront.search.mo_cma_es:mo_cma_es",
    "random": "archfront.search.random:random",
    "ga": "archfront.search.pymoo_algorithms:ga",
}
PARAMETERS = (
    *("space", "evaluate", "objectives", "population_size", "generations", "crossover_rate"),
    *("seed", "initial"),
)
"""The parameters that every algorithm has: the first ones of
:func:`archfront.search.nsga2.nsga2`, in order."""
OPTIONS = {"mutation": "mutation_rate", "reference_points": "reference_points"}
"""The parameters that an algorithm may have, by the setting of the config that they stand for. An
algorithm gets such a setting by the name of the parameter, if the setting is not None."""
WITHOUT_CROSSOVER = "mo_cma_es", "random"
"""The algorithms on which ``crossover_rate`` has no effect."""


def given_options(settings: Mapping[str, object]) -> list[str]:
    """The settings in :data:`OPTIONS` that are not None, of the section ``search`` of a config."""
    return [setting for setting in OPTIONS if settings[setting] is not None]


def algorithm(
    name: str, objectives: int, options: Iterable[str] = (), place: str = "search"
) -> "Callable[..., History]":
    """The algorithm of this name. ConfigError where no such function exists, where it lacks the
    parameters of an algorithm or of the settings ``options`` (keys of :data:`OPTIONS`), or where it
    does not support this number of objectives. The messages name the section ``place``."""
    key = f"{place}.algorithm"
    found = find(key, name, ALGORITHMS)
    if name not in ALGORITHMS and not _takes_parameters(found):
        raise ConfigError(
            f"{key}: {name!r} is no function with the parameters of archfront.nsga2 "
            f"({', '.join(PARAMETERS)}), but {told(found)}"
        )
    fits = getattr(found, "objectives", None)
    if fits is not None and objectives not in fits:
        raise ConfigError(
            f"{key}: {name!r} does not fit {objectives} objectives; it takes "
            f"{fits[0]} to {fits[-1]}"
        )
    for setting in options:
        if not _takes_option(found, setting):
            able = [one for one in ALGORITHMS if _takes_option(find(key, one, ALGORITHMS), setting)]
            raise ConfigError(
                f"{place}.{setting}: {name!r} has no parameter {OPTIONS[setting]}, so that the "
                f"setting would have no effect; allowed: null, or one of the algorithms "
                f"{', '.join(able)}, or a function with this parameter"
            )
    return cast("Callable[..., History]", found)


def _takes_option(found: object, setting: str) -> bool:
    """Whether an algorithm has the parameter of this setting, by name. ``**arguments`` do not
    count: they do not show that the setting has an effect."""
    one = signature(cast("Callable[..., History]", found)).parameters.get(OPTIONS[setting])
    return one is not None and one.kind in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD)


def _takes_parameters(found: object) -> bool:
    """Whether an object is a function of Python with the parameters of ``nsga2``. ``*arguments``
    may stand for the last ones, and parameters with a default may follow: those of :data:`OPTIONS`,
    and others if all parameters of ``nsga2`` have their names."""
    if not isinstance(found, FunctionType):
        return False
    asked = list(signature(found).parameters.values())
    rest = any(one.kind == one.VAR_POSITIONAL for one in asked)
    placed = [one for one in asked if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    first, others = placed[: len(PARAMETERS)], placed[len(PARAMETERS) :]
    others += [one for one in asked if one.kind == one.KEYWORD_ONLY]
    complete = len(first) == len(PARAMETERS)
    return (
        (complete or (rest and {one.name for one in others} <= set(OPTIONS.values())))
        and [one.name for one in first] == list(PARAMETERS[: len(first)])
        and all(one.default is not one.empty for one in others)
    )


def checked(
    history: "History", name: str, space: SearchSpace, evaluate: "Evaluate", objectives: int
) -> "History":
    """The history, unchanged. The history of a user's algorithm is checked first: its fields,
    shapes, indices and costs. ValueError tells the author of the algorithm which check failed."""
    if name in ALGORITHMS:
        return history
    fields = ("generation", "population", "costs", "final")
    missing = [field for field in fields if not hasattr(history, field)]
    if missing:
        raise ValueError(f"{name} returned {history!r}, not a History: it lacks {missing}")
    rows = len(history.population)
    shapes = {
        "generation": (rows,),
        "population": (rows, len(space)),
        "costs": (rows, objectives),
    }
    for field, shape in shapes.items():
        found = np.shape(getattr(history, field))
        if not rows or found != shape:
            raise ValueError(f"{name}: {field} has the shape {found}, not {shape} with n > 0 rows")
    population = np.asarray(history.population)
    legal = (population >= 0) & (population < space.cardinalities)
    if not np.issubdtype(population.dtype, np.integer) or not legal.all():
        raise ValueError(f"{name}: population must hold indices of values of the space, not blanks")
    final = np.asarray(history.final)
    if final.ndim != 1 or not len(final) or not set(final.tolist()) <= set(range(rows)):
        raise ValueError(f"{name}: final must hold row numbers of the population, at least one")
    if not np.allclose(history.costs, evaluate(population), equal_nan=False):
        raise ValueError(
            f"{name}: costs are not those that evaluate() gives for its rows, in order"
        )
    return history
