import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pymoo.core.population import Population
from pymoo.core.problem import Problem
from pymoo.operators.survival.rank_and_crowding import RankAndCrowding

from archfront.search.crowding import best, crowded_ranks, survivors

COSTS = st.integers(2, 4).flatmap(
    lambda m: st.integers(1, 30).flatmap(
        lambda n: arrays(float, (n, m), elements=st.integers(0, 6).map(float))
    )
)


@given(COSTS, st.data())
def test_ranks_crowding_and_survival_are_pymoos(costs, data):
    count = data.draw(st.integers(1, len(costs)))
    whole = Population.new("F", costs, "number", np.arange(len(costs)))
    problem = Problem(n_var=1, n_obj=costs.shape[1])
    state = np.random.default_rng(0)
    RankAndCrowding().do(problem, whole, n_survive=len(costs), random_state=state)
    ranks, crowding = crowded_ranks(costs)
    assert (ranks == whole.get("rank")).all()
    assert np.allclose(crowding, whole.get("crowding").astype(float))
    kept = RankAndCrowding().do(problem, whole, n_survive=count, random_state=state)
    own, _ = survivors(costs, count, state)
    theirs = kept.get("number").astype(int)
    # Ties are broken at random: what is kept is alike in rank and crowding.
    key = np.round(np.stack([ranks, np.minimum(crowding, 1e9)], axis=1), 9)
    assert sorted(map(tuple, key[own])) == sorted(map(tuple, key[theirs]))


def test_best_keeps_the_front_and_its_ends():
    points = np.array([[0, 9], [9, 0], [4, 4], [5, 5], [3, 5], [9, 9]], float)
    assert best(points, 4).tolist() == [0, 1, 2, 4]
    assert set(best(points, 2)) == {0, 1}
    assert best(points, 10).tolist() == list(range(6))
