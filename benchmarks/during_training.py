"""Search within the training of a super-network (paper, section 3; NAT). See --help.

The embedded MobileNetV3 is fine-tuned twice from its shipped weights, in equal rounds, steps,
images and sub-networks per step, by the functions of workflow/rules/training.smk. "Guided": each
round trains on the front that ConcurrentNAS has measured under the present weights. "Uniform": each
round trains on random sub-networks. Then ConcurrentNAS searches the network before and both
networks after, with equal validations, and the fronts are compared: top-1 (higher is better) and
MACs.
"""

import argparse
import contextlib
import io
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from archfront.core.archive import front
from archfront.core.pareto import costs, hypervolume
from archfront.core.population_table import with_digests
from archfront.search.concurrent import ConcurrentNAS
from archfront.search.proposal import SearchSettings
from archfront.search.within_training import measuring, search, train
from archfront.supernets.registry import supernet, with_checkpoint

NETWORK = "embedded_mobilenetv3"
OBJECTIVES = ["top1", "macs"]
SEARCH = SearchSettings("nsga2", 100, 200, 0.9)
FIRST, BATCH, RANDOM = 20, 10, 2000
"""Sub-networks that a search starts from, that a batch has, and that a uniform round draws from."""


class Training:
    """A super-network that is being trained in a folder, and the search within it."""

    def __init__(self, folder: Path, seed: int, settings: dict):
        folder.mkdir()
        self.folder, self.seed, self.settings = folder, seed, settings
        self.given: dict | str = NETWORK
        self.rounds = 0

    def searched(self, known: pd.DataFrame | None, batches: int) -> pd.DataFrame:
        """The archive of a search under the present weights. It begins with what is ``known``,
        otherwise as ConcurrentNAS does."""
        net = supernet(self.given)
        asked = ConcurrentNAS(net, OBJECTIVES, {"top1": "auto"}, SEARCH, self.seed)
        first = with_digests(net.space, asked.first(FIRST)) if known is None else known
        measured = measuring(net, ["top1"], None, self.settings, self.folder / "store")
        return search(asked, first, BATCH, batches, measured, ["macs"])

    def train(self, subnetworks: pd.DataFrame, steps: int) -> None:
        self.rounds += 1
        weights = self.folder / f"weights{self.rounds}.pt"
        train(self.given, subnetworks, steps, self.seed + self.rounds, weights, self.settings)
        self.given = with_checkpoint(self.given, str(weights))


def guided(training: Training, rounds: int, steps: int) -> None:
    known = None
    for _ in range(rounds):
        known = front(training.searched(known, 1), OBJECTIVES)
        training.train(known, steps)


def uniform(training: Training, rounds: int, steps: int) -> None:
    space = supernet(NETWORK).space
    for number in range(rounds):
        rows = space.sample(RANDOM, [training.seed, number])
        training.train(with_digests(space, rows), steps)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few steps and images")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    quick = given.quick
    rounds, steps, validations, images = (1, 2, 20, 200) if quick else (5, 60, 60, 5000)
    torch.set_num_threads(1)
    found, seconds = {}, {}
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as quiet:
        quiet.enter_context(contextlib.redirect_stdout(io.StringIO()))
        quiet.enter_context(contextlib.redirect_stderr(io.StringIO()))
        folder = Path(place)
        settings = {"validation_images": images, "calibration_images": 200 if quick else 600}
        settings |= {"validation_device": "cpu", "attempts": 1, "data": str(folder)}
        supernet(NETWORK).prepare_data(folder, settings)
        for name, by in (("before", None), ("uniform", uniform), ("guided", guided)):
            training = Training(folder / name, given.seed, settings)
            begin = time.process_time()
            if by is not None:
                by(training, rounds, steps)
            seconds[name] = time.process_time() - begin
            archive = training.searched(None, (validations - FIRST) // BATCH)
            found[name] = costs(archive[OBJECTIVES].to_numpy(), OBJECTIVES)
    everything = np.concatenate([*found.values()])
    worst, ideal = everything.max(axis=0), everything.min(axis=0)
    print(f"{rounds} rounds of {steps} steps; {validations} validations each")
    figures = {}
    for name, one in found.items():
        volume = hypervolume(one, worst, ideal)
        best = -one[:, 0].min()
        print(
            f"{name:8} hypervolume {volume:.4f}, best top-1 {best:.2f} %, {seconds[name]:.0f} CPU s"
        )
        figures[name] = {"hypervolume": round(volume, 4), "best_top1": round(float(best), 2)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
