"""The search algorithms by name, and the check of a user's algorithm.

An algorithm is a function with the parameters of :func:`archfront.search.nsga2.nsga2` that
returns a :class:`~archfront.search.evolution.History`. It may have an attribute ``objectives``: a
``range`` of the numbers of objectives that it supports.
"""

from collections.abc import Callable
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
"""The parameters of :func:`archfront.search.nsga2.nsga2`, in order."""


def algorithm(name: str, objectives: int) -> "Callable[..., History]":
    """The algorithm of this name. ConfigError where no such function exists, where it lacks the
    parameters of an algorithm, or where it does not support this number of objectives."""
    found = find("search.algorithm", name, ALGORITHMS)
    if name not in ALGORITHMS and not _takes_parameters(found):
        raise ConfigError(
            f"search.algorithm: {name!r} is no function with the parameters of archfront.nsga2 "
            f"({', '.join(PARAMETERS)}), but {told(found)}"
        )
    fits = getattr(found, "objectives", None)
    if fits is not None and objectives not in fits:
        raise ConfigError(
            f"search.algorithm: {name!r} does not fit {objectives} objectives; it takes "
            f"{fits[0]} to {fits[-1]}"
        )
    return cast("Callable[..., History]", found)


def _takes_parameters(found: object) -> bool:
    """Whether an object is a function of Python with the parameters of ``nsga2``. ``*arguments``
    may stand for the last ones, and parameters with a default may follow."""
    if not isinstance(found, FunctionType):
        return False
    asked = list(signature(found).parameters.values())
    rest = any(one.kind == one.VAR_POSITIONAL for one in asked)
    named = [one for one in asked if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    first, others = named[: len(PARAMETERS)], named[len(PARAMETERS) :]
    complete = len(first) == len(PARAMETERS) or rest
    return (
        complete
        and [one.name for one in first] == list(PARAMETERS[: len(first)])
        and all(one.kind != one.KEYWORD_ONLY for one in first)
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
