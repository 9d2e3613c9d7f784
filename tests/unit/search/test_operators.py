"""Variation must happen: the peer's mutation changed 0 of 20,000 individuals."""

import numpy as np
import pytest
from pymoo.core.population import Population
from pymoo.core.problem import Problem

from archfront.search.operators import CanonicalDuplicates, ResamplingMutation, UniformCrossover
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0))


def mutated(mutation, rows, random_state):
    parents = Population.new("X", rows)
    return mutation.do(None, parents, inplace=False, random_state=random_state).get("X")


def within_three_standard_errors(observed, rate, trials):
    return abs(observed - rate) <= 3 * np.sqrt(rate * (1 - rate) / trials)


@pytest.mark.parametrize("rate", [1 / 20, 1 / 50, 1 / 200])
def test_active_genes_mutate_at_the_stated_rate_and_always_to_another_value(rate):
    population = SPACE.sample(4000, 1).astype(int)
    mutation = ResamplingMutation(SPACE, rate)
    random_state = np.random.default_rng(1)
    children = mutated(mutation, population, random_state)
    assert ((children >= 0) & (children < SPACE.cardinalities)).all()
    active = SPACE.active(population)
    changed = (children != population)[active]
    assert within_three_standard_errors(changed.mean(), rate, changed.size)
    # Both other values of a gene are equally likely.
    step = ((children - population) % 3)[active & (children != population)]
    assert within_three_standard_errors((step == 1).mean(), 0.5, step.size)


def test_mutation_leaves_alone_what_has_one_value():
    space = SPACE.constrain({"ks_0": [5]})
    population = space.sample(500, 1).astype(int)
    children = mutated(ResamplingMutation(space, 0.5), population, np.random.default_rng(0))
    assert (children[:, 0] == 0).all() and (children < space.cardinalities).all()


def test_crossover_mates_at_the_stated_rate_and_invents_nothing():
    first, second = SPACE.sample(4000, 1), SPACE.sample(4000, 2)
    crossover = UniformCrossover(0.9)
    pairs = [Population.new("X", np.stack(pair)) for pair in zip(first, second, strict=True)]
    random_state = np.random.default_rng(3)
    children = crossover.do(Problem(len(SPACE)), pairs, random_state=random_state)
    a, b = np.split(children.get("X"), 2)
    from_parents = ((a == first) & (b == second)) | ((a == second) & (b == first))
    assert from_parents.all()
    differ = first != second
    swapped = ((a == second) & differ).sum(axis=1) / differ.sum(axis=1)
    assert within_three_standard_errors((swapped > 0).mean(), 0.9, 4000)
    assert abs(swapped[swapped > 0].mean() - 0.5) < 0.01


def test_duplicates_are_judged_by_canonical_form():
    population = SPACE.sample(50, 1).astype(int)
    hidden = np.where(SPACE.active(population), population, (population + 1) % 3)
    both = Population.new("X", np.concatenate([population, hidden]))
    duplicates = CanonicalDuplicates(SPACE)
    assert len(duplicates.do(both)) == 50
    assert len(duplicates.do(both[:50], both[50:])) == 0
