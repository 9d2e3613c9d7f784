"""Tables on which predictors are trained."""

import numpy as np
from instant import Instant

from archfront.predictors.ensemble import fit_ensemble
from archfront.predictors.features import Features
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0))


def landscape(rows, seed, noise=0.0):
    population = SPACE.sample(rows, seed)
    features = SPACE.one_hot(population)
    weights = np.random.default_rng(0).normal(size=features.shape[1])
    return features, 70 + features @ weights + np.random.default_rng(1).normal(0, noise, rows)


def trained_on(maximise=True):
    supernet = Instant()
    rows = supernet.space.sample(40, 1)
    values = np.array([*supernet.measure("top1", supernet.space.decode(rows), None, {})], float)
    features = Features(supernet)
    return supernet, features, rows, values, fit_ensemble(features, rows, values, maximise)
