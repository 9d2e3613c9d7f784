import pytest

from archfront.core.space import ElasticParameter, SearchSpace
from archfront.search.sampling import initial_sample
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0))


def test_the_first_sample_can_be_given_and_starts_with_the_extremes():
    given = SPACE.decode(SPACE.sample(2, 9))
    sample = initial_sample(SPACE, 10, 1, True, given)
    assert SPACE.digests(sample[:2]) == SPACE.digests(SPACE.encode(given))
    assert SPACE.digests(sample[2:4]) == SPACE.digests(SPACE.extremes())
    assert (initial_sample(SPACE, 30, 1, True, given)[:10] == sample).all()
    with pytest.raises(ValueError, match="only"):
        initial_sample(SearchSpace([ElasticParameter("e", (3, 4))]), 3, 1)


def test_a_start_goes_evenly_from_small_to_large():
    sample = initial_sample(SPACE, 40, 1, even=True)
    assert (initial_sample(SPACE, 80, 1, even=True)[:40] == sample).all()
    assert SPACE.digests(sample[:2]) == SPACE.digests(SPACE.extremes())
    assert len(set(SPACE.digests(sample))) == 40
    size = (SPACE.canonical(sample) + 1).sum(axis=1)
    random = (SPACE.canonical(initial_sample(SPACE, 40, 1)) + 1).sum(axis=1)
    assert size.std() > 1.5 * random.std()
