"""Full search (paper, section 4.4): a long search on predictors that are trained once."""

from collections.abc import Mapping

import pandas as pd

from archfront.core.space import SearchSpace
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Indices
from archfront.predictors.features import features_of
from archfront.predictors.kinds import AUTO
from archfront.predictors.predictor import AnyPredictor
from archfront.search.evolution import History
from archfront.search.live_measurement import Live
from archfront.search.proposal import SearchSettings, fit_beyond, propose, search
from archfront.search.success import fit_success


def full_search(
    supernet: SuperNetwork,
    space: SearchSpace,
    objectives: list[str],
    predictors: Mapping[str, AnyPredictor],
    bounds: Mapping[str, float],
    settings: SearchSettings,
    count: int,
    seed: int,
    archive: tuple[Indices, pd.DataFrame],
    initial: Indices,
    live: Mapping[str, Live],
) -> tuple[History, Indices]:
    """The history of the search, and the ``count`` best sub-networks of its last population that
    were not measured yet: rows of ``space``, which is the super-network's space or a constrained
    version.

    predictors: of the measured objectives that are not live.
    archive:    the measurements on which they were trained: rows of the super-network's space and
                their values.
    initial:    rows of the super-network's space from which the search starts.
    live:       the objectives that the search measures, by name.
    """
    rows, values = archive
    for name, one in live.items():
        one.tell(rows, values[name].to_numpy(float))
        one.begin(fit_beyond(features_of(supernet), AUTO))
    success = fit_success(supernet, rows, values[[*objectives, *bounds]])
    models = {**predictors, **live}
    history = search(supernet, space, objectives, models, bounds, settings, seed, initial, success)
    taken = set(supernet.space.digests(rows))
    return history, propose(space, history, taken, count, seed)
