"""Search inside the training of a super-network (paper, section 3; NAT). See --help.

The embedded MobileNetV3 is fine-tuned twice from its shipped weights, with equal steps, images and
sub-networks per step. "Guided": before each round ConcurrentNAS, asked and told between the steps,
proposes sub-networks; they are validated, and the round trains on what is on the measured front so
far. "Uniform": each step trains on random sub-networks. Then ConcurrentNAS searches both networks,
with equal validations, and the fronts are compared: top-1 (higher is better) and MACs.
"""

import argparse
import contextlib
import io
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from archfront.core.pareto import costs, front_mask, hypervolume
from archfront.search.concurrent import ConcurrentNAS
from archfront.search.proposal import SearchSettings
from archfront.supernets.embedded.vision import EmbeddedMobileNetV3
from archfront.tasks import glyphs

OBJECTIVES = ["top1", "macs"]
SEARCH = SearchSettings("nsga2", 100, 200, 0.9)
FIRST, BATCH, PER_STEP, IMAGES_PER_STEP = 20, 10, 4, 128
LEARNING_RATE = 1e-4
"""At first; it falls to zero along a cosine."""


class FineTuning:
    """A super-network that is being trained, and the search within it."""

    def __init__(
        self, seed: int, steps: int, images: np.ndarray, labels: np.ndarray, settings: dict
    ):
        self.net, self.settings, self.seed = EmbeddedMobileNetV3(), settings, seed
        self.images, self.labels = images, labels
        self.optimiser = torch.optim.AdamW(self.net.network().parameters(), lr=LEARNING_RATE)
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimiser, steps)
        self.steps = 0

    def validated(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        configurations = self.net.space.decode(rows)
        readings = self.net.measure("top1", configurations, None, self.settings)
        return {
            "top1": np.array([reading.value for reading in readings]),
            "macs": self.net.exact("macs", rows),
        }

    def train(self, steps: int, chosen: np.ndarray | None) -> None:
        """Steps on random rows of ``chosen``, or of the whole space."""
        network = self.net.network()
        network.train()
        for _ in range(steps):
            random = np.random.default_rng([self.seed, self.steps])
            some = random.permutation(len(self.labels))[:IMAGES_PER_STEP]
            batch = self.net.prepare(torch.from_numpy(self.images[some]))
            labels = torch.from_numpy(self.labels[some])
            rows = self.net.space.sample(PER_STEP, [self.seed, self.steps, 1])
            if chosen is not None:
                rows = chosen[random.integers(len(chosen), size=PER_STEP)]
            for configuration in self.net.space.decode(rows, fill=True):
                network.set_active_subnet(**configuration)
                (functional.cross_entropy(network(batch), labels) / PER_STEP).backward()
            self.optimiser.step()
            self.schedule.step()
            self.optimiser.zero_grad(set_to_none=True)
            self.steps += 1

    def search(self) -> ConcurrentNAS:
        return ConcurrentNAS(self.net, OBJECTIVES, {"top1": "auto"}, SEARCH, self.seed)

    def found(self, validations: int) -> np.ndarray:
        """Costs of what a search of the network as it is now has validated."""
        tactic = self.search()
        while len(tactic.measured) < validations:
            rows = tactic.ask(BATCH if len(tactic.measured) else FIRST)
            tactic.tell(rows, self.validated(rows))
        return costs(tactic.values[OBJECTIVES].to_numpy(), OBJECTIVES)


def guided(training: FineTuning, rounds: int, steps: int) -> None:
    """What was measured grows old as the weights move: each round's search is told this round's
    values only, of the last front and of what is new."""
    known = np.empty((0, len(training.net.space)), np.int16)
    for _ in range(rounds):
        tactic = training.search()
        if len(known):
            tactic.tell(known, training.validated(known))
        rows = tactic.ask(BATCH if len(known) else FIRST)
        tactic.tell(rows, training.validated(rows))
        found = costs(tactic.values[OBJECTIVES].to_numpy(), OBJECTIVES)
        known = tactic.measured[front_mask(found)]
        training.train(steps, known)


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
    torch.manual_seed(given.seed)
    fronts, seconds = {}, {}
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        settings = {"validation_images": images, "calibration_images": 200 if quick else 600}
        settings |= {"validation_device": "cpu", "data": folder}
        EmbeddedMobileNetV3().prepare_data(Path(folder), settings)
        drawn = glyphs.images("train")
        for name in ("before", "uniform", "guided"):
            training = FineTuning(given.seed, rounds * steps, *drawn, settings)
            begin = time.process_time()
            if name == "uniform":
                training.train(rounds * steps, None)
            elif name == "guided":
                guided(training, rounds, steps)
            seconds[name] = time.process_time() - begin
            fronts[name] = training.found(validations)
    everything = np.concatenate([*fronts.values()])
    worst, ideal = everything.max(axis=0), everything.min(axis=0)
    print(f"{rounds * steps} steps of {PER_STEP} sub-networks; {validations} validations each")
    figures = {}
    for name, found in fronts.items():
        volume = hypervolume(found, worst, ideal)
        best = -found[:, 0].min()
        print(
            f"{name:8} hypervolume {volume:.4f}, best top-1 {best:.2f} %, {seconds[name]:.0f} CPU s"
        )
        figures[name] = {"hypervolume": round(volume, 4), "best_top1": round(float(best), 2)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
