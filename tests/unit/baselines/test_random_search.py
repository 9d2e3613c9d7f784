from helpers.searches import asked_and_told
from instant import Instant

from archfront.baselines.random_search import RandomSearch


def test_random_search_is_one_sequence():
    made, space = asked_and_told(3, RandomSearch), Instant().space
    assert (made.measured == space.sample(24, 1)).all()
