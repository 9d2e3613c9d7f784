"""The true front of an experiment whose super-network knows the values of all sub-networks."""

from functools import lru_cache
from json import dumps, loads

import pandas as pd

from archfront.config.constraints import constrained_space, constraint_file
from archfront.config.queries import closed_forms, platforms
from archfront.core.archive import front
from archfront.core.objective import OBJECTIVES, exact
from archfront.core.reference import ReferencePoint, volume
from archfront.supernets.registry import may_know_everything, supernet


def true_front(settings: dict, platform: str) -> pd.DataFrame | None:
    """The front of all sub-networks within the experiment's constraint and bounds, with the columns
    ``digest``, the objectives, and the closed forms of archives. None if the super-network does
    not know all values
    (:meth:`~archfront.core.supernet.SuperNetwork.everything`)."""
    if not may_know_everything(settings["supernet"]):
        return None
    found = _front(dumps(settings, sort_keys=True), platform)
    return None if found is None else found.copy()


def true_volume(settings: dict, platform: str, reference: ReferencePoint) -> float | None:
    """The hypervolume of the :func:`true_front`, in units of the box between ideal and reference;
    None if the front is not known."""
    best = true_front(settings, platform)
    return None if best is None else volume(best, reference)


@lru_cache(maxsize=8)
def _front(told: str, name: str) -> pd.DataFrame | None:
    settings = loads(told)
    network = supernet(settings)
    population = network.everything()
    if population is None:
        return None
    if settings["constraint"] is not None:
        inside = constrained_space(network.space, [constraint_file(settings["constraint"])])
        population = population[network.space.contained_in(population, inside)]
    (platform,) = (one for one in platforms(settings) if one.name == name)
    configurations = network.space.decode(population)
    table = pd.DataFrame({"digest": network.space.digests(population)})
    for column in dict.fromkeys([*settings["objectives"], *closed_forms(settings)]):
        objective = OBJECTIVES[column]
        if objective.evaluation == "exact":
            table[column] = exact(objective, network, population)
        else:
            where = platform if objective.per_platform else None
            answers = objective.measure(network, configurations, where, settings["measurement"])
            table[column] = [getattr(answer, "value", answer) for answer in answers]
    return front(table, settings["objectives"], settings["bounds"])
