"""A super-network whose measurements are closed forms: the workflow's behaviour without the wait.

The space is genuine (three stages of elastic depth); values depend on active parameters only. What
was measured is written to the file in ``INSTANT_LOG``, one line each, so that tests can count;
``INSTANT_FAIL`` names a configuration digest whose top-1 fails; ``INSTANT_SECONDS`` slows it down;
``INSTANT_DIGEST`` stands for other weights, and so does what the file in ``INSTANT_WEIGHTS`` says;
``INSTANT_KERNELS`` holds the kernel sizes of the space.

The weights of the option ``checkpoint`` hold the number of steps that each sub-network was trained;
each step raises its top-1 by 0.1 points. A training writes a line per step to ``INSTANT_LOG``, and
kills its process in the step with the number in ``INSTANT_KILL``.
"""

import json
import os
import signal
import time
from pathlib import Path

import numpy as np

from archfront.core.files import file_digest
from archfront.core.space import ElasticParameter, SearchSpace, configuration_digest
from archfront.core.supernet import Reading, SuperNetwork

STAGES, BLOCKS = 3, 3


class Instant(SuperNetwork):
    checkpoint = None

    def __init__(self, checkpoint=None):
        self.checkpoint = checkpoint and Path(checkpoint)
        kernels = [int(size) for size in os.environ.get("INSTANT_KERNELS", "3 5 7").split()]
        blocks = [
            ElasticParameter(kind, values, 2 * STAGES * BLOCKS + stage, block + 1)
            for kind, values in (("ks", kernels), ("e", (3, 4, 6)))
            for stage in range(STAGES)
            for block in range(BLOCKS)
        ]
        depths = [ElasticParameter("d", (1, 2, 3)) for _ in range(STAGES)]
        self.space = SearchSpace([*blocks, *depths])

    @property
    def trained(self):
        """Steps by digest of the sub-network."""
        return json.loads(self.checkpoint.read_text()) if self.checkpoint else {}

    def fine_tune(self, configurations, steps, seed, weights, state, settings):
        """In each step the next of the sub-networks is trained, the first one given by the seed."""
        done = json.loads(state.read_text()) if state.exists() else []
        digests = [configuration_digest(one) for one in configurations]
        for step in range(len(done), steps):
            done.append(digests[(seed + step) % len(digests)])
            note(f"step {done[-1]}")
            if str(step + 1) == os.environ.get("INSTANT_KILL"):
                os.kill(os.getpid(), signal.SIGKILL)
            state.write_text(json.dumps(done))
        trained = self.trained
        for digest in done:
            trained[digest] = trained.get(digest, 0) + 1
        weights.write_text(json.dumps(trained))

    def digest(self):
        if self.checkpoint:
            return file_digest(self.checkpoint)
        weights = Path(os.environ.get("INSTANT_WEIGHTS", "no such file"))
        if weights.exists():
            return weights.read_text(encoding="utf-8")
        return os.environ.get("INSTANT_DIGEST", "instant-1")

    def exact(self, objective, population):
        canonical = self.space.canonical(population) + 1
        blocks = STAGES * BLOCKS
        kernels, expansions = canonical[:, :blocks], canonical[:, blocks : 2 * blocks]
        scale = {"macs": 1.0, "params": 0.1}[objective]
        return scale * (1 + kernels * expansions).sum(axis=1, dtype=float)

    def blocks(self, population):
        """The kernel size and expansion ratio of each active block."""
        canonical = self.space.canonical(population).astype(int)
        kernels, expansions = np.split(canonical[:, : 2 * STAGES * BLOCKS], 2, axis=1)
        return np.where(kernels < 0, -1, 3 * kernels + expansions)

    def measure_blocks(self, numbers, platform, settings):
        for number in numbers:
            kernel, expansion = divmod(number, 3)
            value = (1 + (kernel + 1) * (expansion + 1)) * (0.5 + 0.1 * platform.batch_size)
            yield Reading(value, 0.0)

    def measure(self, objective, configurations, platform, settings):
        for configuration in configurations:
            time.sleep(float(os.environ.get("INSTANT_SECONDS", 0)))
            row = self.space.encode([configuration])
            macs = self.exact("macs", row)[0]
            if objective == "latency":
                value = macs * (0.5 + 0.1 * platform.batch_size) + 0.3 * sum(configuration["d"])
            else:
                kernels = [k for k in configuration["ks"] if k is not None]
                value = 60 + 12 * np.log(macs) / np.log(90) + 0.05 * sum(kernels)
                value += 0.1 * self.trained.get(configuration_digest(configuration), 0)
            if configuration_digest(configuration) == os.environ.get("INSTANT_FAIL"):
                value = float("nan")
            note(f"{objective} {configuration_digest(configuration)}")
            yield value


def note(line):
    if log := os.environ.get("INSTANT_LOG"):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
