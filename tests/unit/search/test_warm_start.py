import numpy as np
from instant import Instant

from archfront.core.population_table import with_digests
from archfront.search.warm_start import warm_population


def test_what_a_warm_started_search_starts_from():
    space = Instant().space
    rows, samples = space.sample(6, 3), space.sample(10, 4)
    found = with_digests(space, rows)
    found["top1"], found["macs"] = [70.0, 71, 69, 72, np.nan, 60], [10.0, 11, 12, 13, 1, 20]
    chosen = warm_population(space, space, found, ["top1", "macs"], samples, 3)
    assert space.digests(chosen) == space.digests(rows[[0, 1, 3]])  # the front, in its order
    more = warm_population(space, space, found, ["top1", "macs"], samples, 8)
    assert space.digests(more) == space.digests(
        np.concatenate([rows[[0, 1, 2, 3, 5]], samples[:3]])
    )
    # The best in latency, if only that is known; only what the constrained space contains.
    found["latency"] = [5.0, 4, 3, 2, np.nan, 1]
    table = found.drop(columns=["top1", "macs"])
    best = warm_population(space, space, table, ["top1", "latency"], samples, 1)
    assert space.digests(best) == space.digests(rows[[5]])
    small = space.constrain({"ks_0": [5]})
    few = warm_population(space, small, found, ["top1", "macs"], small.sample(4, 1), 4)
    assert len(set(small.digests(few))) == 4 and (small.convert(few, space)[:, 0] == 1).all()
