"""The README's super-network of version 0.1.0, as it stood there."""

import numpy as np

from archfront.space import ElasticParameter, SearchSpace
from archfront.supernets.supernet import SuperNetwork


class MyNet(SuperNetwork):
    """Up to four layers, each 16, 32 or 64 wide."""

    def __init__(self):
        depth = ElasticParameter("depth", (1, 2, 3, 4))
        widths = [
            # Layer n is active where the depth (parameter 0) is at least n + 1.
            ElasticParameter("width", (16, 32, 64), controller=0, threshold=n + 1)
            for n in range(4)
        ]
        self.space = SearchSpace([depth, *widths])

    def digest(self):
        return "MyNet, weights of May"  # other weights, other digest: measured anew

    def exact(self, objective, population):  # MACs or parameters, in millions
        widths = np.array([0, 16, 32, 64])[self.space.canonical(population)[:, 1:] + 1]
        return (widths[:, :-1] * widths[:, 1:]).sum(axis=1) / 1e3 + 0.1

    def measure(self, objective, configurations, platform, settings):
        for configuration in configurations:  # None where a layer is inactive
            widths = [w for w in configuration["width"] if w is not None]
            if objective == "top1":
                yield 60 + 10 * np.log10(sum(widths) / 16)  # here: validate it, in %
            elif objective == "latency":
                yield 0.2 * len(widths) + sum(widths) / 200 * platform.batch_size  # time it, in ms
