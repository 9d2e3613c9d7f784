"""The steps of the benchmark gpu.py. The command gpu.py runs this script in a process and watches
the process."""

import gc
import math
import os
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import active_children, get_context
from pathlib import Path

import numpy as np
import yaml
from gpu import AGAIN, Report
from in_one_process import Clock, Experiment, OutOfTime, get_ready

from archfront.config import experiment
from archfront.config.layout import Run
from archfront.config.queries import platforms, runs
from archfront.config.recorded_proposals import record
from archfront.core.archive import read_archive
from archfront.core.files import read_json, write_table, written_beside
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform, host_facts
from archfront.core.validation import check_validation, possible_precisions
from archfront.measurement.host_lock import alone
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.measurement.store_maintenance import export_store
from archfront.paper import fig5, targets
from archfront.paper.study import remarks
from archfront.search.sampling import initial_sample
from archfront.supernets.registry import supernet

EXPERIMENTS = Path(__file__).parents[1] / "experiments" / "devices"
SEARCHED = "vision", "threads"
ROWS = "vision_rows", "residual_rows", "translation_rows"
FEWEST = 30
"""Fewest sub-networks for which the experiments on predictors are drawn."""


@dataclass(frozen=True)
class Sizes:
    """The sizes of the measurements on one kind of device."""

    images: int
    """Number of images on which the predictions of the processor and of the GPU are compared."""
    repeated: int
    """Number of sub-networks that are timed twice."""
    seconds: float
    """Seconds per sub-network that is timed twice (``latency_seconds``)."""
    enlarged: tuple[int, int]
    """Number of validation images and of calibration images at 224 pixels."""
    compared: int
    """Number of sub-networks whose validation is timed."""
    product: int
    """Side of the square matrices whose product determines the peak."""
    batches: Mapping[int, int]
    """Batch sizes that replace a batch size of the experiments."""
    margin: float
    """Seconds before the end of the time limit at which the last step ends."""
    searched: Mapping[str, Mapping]
    """Changes to the configs of the experiments with searches."""
    rows: Mapping[str, Mapping]
    """Changes to the configs of the other experiments."""
    fewest: int
    """See :data:`FEWEST`."""


ON_A_GPU = Sizes(1000, 60, 0.1, (1000, 100), 2, 8192, {}, 12, {}, {}, FEWEST)
LATENCY = {"latency_seconds": 0.01, "latency_precision": 0.05, "chunk_size": 2}
CURVE = {"rows": [5], "trials": 2}
ON_A_PROCESSOR = Sizes(
    *(50, 3, 0.01, (10, 5), 1, 1024),
    {16: 3, 128: 2},
    5,
    {
        "sampling": {"count": 10},
        "measurement": LATENCY
        | {
            "chunk_size": 5,
            "validation_images": 100,
            "calibration_images": 100,
            "validation_device": "cpu",
        },
        "search": {"population": 16, "generations": 5},
        "concurrent": {"start": None, "iterations": 1, "batch": 2},
        "learning_curve": CURVE,
    },
    {"sampling": {"count": 10}, "measurement": LATENCY, "learning_curve": CURVE},
    fewest=10,
)


class Bench:
    """The state that all steps share: the report, the store, the folders, the end of the time."""

    def __init__(self, out: Path):
        self.out, self.report = out, Report(out / "gpu.json")
        self.work, self.device = Path(self.report["work"]), self.report["asked"]["device"]
        self.cuda = self.device != "cpu"
        self.sizes = ON_A_GPU if self.cuda else ON_A_PROCESSOR
        self.results = self.work / "results"
        self.store = MeasurementStore(self.results / "store")
        self.clock = Clock(self.report["until"] - self.sizes.margin)
        self.network = supernet("embedded_mobilenetv3")
        self._searchers: ProcessPoolExecutor | None = None

    @property
    def searchers(self) -> ProcessPoolExecutor:
        """Processes for the searches. They are idle during measurements."""
        if self._searchers is None:
            many = min(5, len(os.sched_getaffinity(0)))
            self._searchers = ProcessPoolExecutor(many, mp_context=get_context("spawn"))
            for _ in range(many):
                self._searchers.submit(get_ready)
        return self._searchers

    def stop_searching(self) -> None:
        """End all searches at once, so that none runs during the next measurement."""
        for child in active_children():
            child.kill()
        if self._searchers is not None:
            self._searchers.shutdown(wait=False, cancel_futures=True)
        self._searchers = None

    @property
    def runtime(self) -> str:
        return "cuda_graph" if self.cuda else "channels_last"

    @property
    def data(self) -> Path:
        return self.work / "data"

    def get_ready(self) -> dict:
        """Prepare the measurements; returns the seconds that each part of the preparation takes."""
        told = {"imports": time.time() - STARTED}
        begin = time.time()
        import torch

        told["torch"] = time.time() - begin
        begin = time.time()
        if self.cuda:
            torch.ones(8, device=self.device).sum().item()
        told["device"] = time.time() - begin
        begin = time.time()
        _ = self.searchers  # these processes import their modules while the images are drawn
        if not self.data.exists():
            self.data.mkdir()
            self.network.prepare_data(self.data, self.settings("vision")["measurement"])
        drawn = read_json(self.data / "glyphs.json")
        self.report.put(glyphs_as_trained_on=drawn["drawn"] == drawn["trained_on"])
        told["images"] = time.time() - begin
        told["all_since_the_beginning"] = time.time() - self.report["began"]
        return {name: round(seconds, 2) for name, seconds in told.items()}

    def model(self, device: str) -> str:
        return Platform("here", device=device).own_processor()

    # -- the experiments -----------------------------------------------------------------------

    def content(self, role: str) -> dict:
        """The config of an experiment, from its file, with this device and these sizes.

        The seeds and the number of sub-networks are the finished ones, if the experiment has any.
        """
        found = experiment.read(EXPERIMENTS / f"{role}.yaml")
        for platform in found["platforms"].values():
            if "device" in platform:
                platform["device"] = self.device
                size = platform["batch_size"]
                platform["batch_size"] = self.sizes.batches.get(size, size)
                if platform.get("runtime") == "cuda_graph":
                    platform["runtime"] = self.runtime
                elif not self.cuda:
                    platform["runtime"] = "eager"
        measured = found["measurement"]
        if "validation_device" in measured:
            measured["validation_device"] = self.device
        for key, change in (self.sizes.rows if role in ROWS else self.sizes.searched).items():
            found[key] = found.get(key, {}) | change
        if not self.cuda and found["supernet"].startswith("ofa"):
            found["supernet"] = {"name": found["supernet"], "resolution": 32}
        done = self.report.get("experiments", {}).get(role, {})
        found["seeds"] = done.get("seeds", [1])
        if "count" in done:
            count = found["sampling"]["count"] = done["count"]
            rows = [n for n in found["learning_curve"]["rows"] if n <= count - 5]
            found["learning_curve"]["rows"] = rows
        return found

    def settings(self, role: str, **changes) -> dict:
        """The validated config of an experiment."""
        return experiment.validated(self.content(role) | changes)

    def complete(self, role: str, **what) -> None:
        """Note the finished seeds or number of sub-networks of an experiment.

        From now on :meth:`write` writes the experiment.
        """
        self.report.put(experiments=self.report.get("experiments", {}) | {role: what})

    def studies(self) -> dict[str, dict]:
        """For each target with a finished experiment, the configs of its finished experiments by
        role."""
        there, found = self.report.get("experiments", {}), {}
        for name in targets.SETTINGS["devices"]:
            roles = [role for role in targets.module(name).ROLES if role in there]
            if roles:
                found[name] = {role: self.settings(role) for role in roles}
        return found

    def write(self) -> None:
        """Write the export of the store, and the zip file from which another machine draws."""
        if self.results.joinpath("store").is_dir():
            export_store(self.store, self.out / "measurements.jsonl")
        folder = self.work / "devices"
        for role in self.report.get("experiments", {}):
            self._write_experiment(role, folder)
        if folder.is_dir():
            with (
                written_beside(self.out / "devices.zip") as beside,
                zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as packed,
            ):
                for path in sorted(folder.rglob("*")):
                    packed.write(path, path.relative_to(folder))

    def _write_experiment(self, role: str, folder: Path) -> None:
        """Write the config of an experiment with the models of processor and GPU, and the record of
        the proposals."""
        content = self.content(role)
        for platform in content["platforms"].values():
            platform["model"] = self.model(platform.get("device", "cpu"))
        place = Path("experiments/devices")
        (folder / place).mkdir(parents=True, exist_ok=True)
        if role in SEARCHED:
            proposals = place / f"{role}_proposals.json"
            folder_of = self.results / content["experiment"]
            record(folder_of, runs(self.settings(role)), self.network.space, folder / proposals)
            content["concurrent"]["proposals"] = str(proposals)
        models = sorted({platform["model"] for platform in content["platforms"].values()})
        head = f"# Measured by benchmarks/gpu.py on {', '.join(models)}.\n"
        text = head + yaml.safe_dump(content, sort_keys=False)
        (folder / place / f"{role}.yaml").write_text(text, encoding="utf-8", newline="")
        if role == SEARCHED[0]:
            config = {"paper": "devices", **content}
            text = head + yaml.safe_dump(config, sort_keys=False)
            (folder / "config.yaml").write_text(text, encoding="utf-8", newline="")


# -- the steps: each puts its figures into a dictionary, which is kept if the step fails ----------


def smoke(bench: Bench, clock: Clock, figures: dict) -> None:
    """Latency in each runtime, refused settings, and top-1 on the processor and on the GPU."""
    network, store = bench.network, MeasurementStore(bench.work / "smoke")
    figures |= {"latency_ms": {}, "refused": {}}
    few = {"latency_seconds": 0.05, "latency_precision": 0.05, "attempts": 1}
    for runtime in ("eager", "channels_last", "cuda_graph"):
        for size in (1, bench.sizes.batches.get(128, 128)):
            clock.need()
            name = f"{runtime}, batch {size}"
            if runtime == "cuda_graph" and not bench.cuda:
                figures["latency_ms"][name] = "skipped: needs a GPU"
                continue
            platform = Platform("here", bench.device, batch_size=size, runtime=runtime)
            platform.check()
            rows = network.space.extremes()
            try:
                with alone():
                    taken = measure(network, OBJECTIVES["latency"], rows, platform, few, store)
                figures["latency_ms"][name] = [round(value, 4) for value in taken["value"]]
            except RuntimeError as error:
                figures["latency_ms"][name] = f"FAILED: {error}"[:500]
    for name, try_it in _refusable(bench).items():
        try:
            try_it()
        except ValueError as error:
            figures["refused"][name] = str(error)
        else:
            figures["refused"][name] = "NOT REFUSED"
    figures |= _beside_the_processor(bench) if bench.cuda else {"top1": "skipped: needs a GPU"}


def _beside_the_processor(bench: Bench) -> dict:
    """Top-1 of three sub-networks on the processor and on the GPU.

    Returns the largest difference in percentage points, the number of predictions that differ, and
    the number of predictions.
    """
    network, own = bench.network, bench.settings("vision")["measurement"]
    rows = network.space.sample(3, 1)
    values = {}
    for device in ("cpu", bench.device):
        given = own | {"data": bench.data, "validation_device": device}
        taken = measure(network, OBJECTIVES["top1"], rows, None, given, bench.store)
        values[device] = taken["value"].to_numpy()
    images, _, calibration = network.data({"data": bench.data}, 32)
    some, differ = images[: bench.sizes.images], 0
    for configuration in network.space.decode(rows, fill=True):
        answers = [
            classes(network, configuration, some, calibration, device)
            for device in ("cpu", bench.device)
        ]
        differ += int((answers[0] != answers[1]).sum())
    return {
        "top1_largest_difference": round(float(np.abs(np.subtract(*values.values())).max()), 4),
        "predictions_that_differ": differ,
        "predictions": len(some) * len(rows),
    }


def _refusable(bench: Bench) -> dict[str, Callable[[], object]]:
    """Calls that must raise ValueError, by the name of the refused setting."""
    tf32 = {"validation_device": "cpu", "validation_precision": "tf32"}
    found = {
        "device cuda:7": Platform("far", device="cuda:7").check,
        "cuda_graph on a processor": Platform("odd", runtime="cuda_graph").check,
        "onnxruntime on a GPU": Platform("odd", bench.device, runtime="onnxruntime").check,
        "validation on cuda:7": partial(check_validation, {"validation_device": "cuda:7"}),
        "tf32 on a processor": partial(bench.settings, "vision", measurement=tf32),
        "another model": partial(Platform("far", model="another").must_be_here, 1, 1),
    }
    if not bench.cuda:
        del found["onnxruntime on a GPU"]  # onnxruntime runs on a processor
    return found


def repeat(bench: Bench, clock: Clock, figures: dict, number: int) -> None:
    """Measure the latencies for the first or the second time (``number`` 1 or 2).

    The second call computes the agreement of both measurements. Latencies are in milliseconds.
    """
    from latency_protocol import agreement, naive, neighbour, protocol, reference_latency

    network, sizes, path = bench.network, bench.sizes, bench.work / "repeat_{}.npz"
    platform = Platform("here", bench.device, batch_size=1, runtime=bench.runtime)
    configurations = network.space.decode(network.space.sample(sizes.repeated, 1), fill=True)
    known = bench.report.get("repeat_reference_ms") or reference_latency(network, platform)
    bench.report.put(repeat_reference_ms=known)
    limits = {"latency_seconds": sizes.seconds, "latency_precision": 0.005, "reference": known}
    ways = {"archfront": partial(protocol, settings=limits), "loop": naive}
    found, seconds = {}, {}
    for load in ("idle", "loaded"):
        clock.need()
        with alone(), neighbour(load == "loaded", bench.device):
            for name, way in ways.items():
                begin = time.monotonic()
                found[f"{name}_{load}"] = np.array(way(network, configurations, platform))
                seconds[f"{name}_{load}"] = (time.monotonic() - begin) / len(configurations)
    np.savez(str(path).format(number), began=time.time(), **found)
    figures["seconds_each"] = {name: round(value, 3) for name, value in seconds.items()}
    if number == 1:
        return
    with np.load(str(path).format(1)) as first:
        figures |= {"subnetworks": len(configurations), "runtime": bench.runtime}
        figures["minutes_apart"] = round((time.time() - float(first["began"])) / 60, 1)
        for name, values in found.items():
            order, difference = agreement(first[name], values)
            figures[f"tau_{name}"] = round(order, 4)
            figures[f"median_difference_{name}"] = round(difference, 5)
            figures[f"median_ms_{name}"] = round(float(np.median(values)), 4)


def searched(bench: Bench, clock: Clock, figures: dict, role: str, seed: int) -> None:
    """Measure one seed of an experiment with searches.

    RuntimeError if a smaller seed of the experiment is not finished.
    """
    done = bench.report.get("experiments", {}).get(role, {}).get("seeds", [])
    if done != list(range(1, seed)):
        raise RuntimeError(f"seed {seed} needs all smaller seeds; finished seeds: {done}")
    settings = bench.settings(role, seeds=[*done, seed])
    run = Experiment(settings, bench.results, bench.store, bench.data, clock)
    parts = {
        "sample": partial(run.sample, seed),
        "search": partial(run.search, seed, bench.searchers),
        "transfer": partial(run.transfer, seed),
        "describe": run.describe_fronts,
    }
    seconds = figures["seconds"] = {}
    for name, part in parts.items():
        begin = time.monotonic()
        part()
        seconds[name] = round(time.monotonic() - begin, 1)
    bench.complete(role, seeds=settings["seeds"])
    table = fig5.table(bench.results, {role: settings})
    lost = fig5.losses(table).groupby(["platform", "front_of"])["loss"].mean()
    archives = {
        name: read_archive(run.folder / Run(seed, name, "concurrent").archive)
        for name in settings["platforms"]
    }
    figures |= {
        "measured": {name: len(rows) for name, rows in archives.items()},
        "median_ms": {n: round(float(rows["latency"].median()), 4) for n, rows in archives.items()},
        "best_top1": {n: round(float(rows["top1"].max()), 2) for n, rows in archives.items()},
        "failed": {n: int(rows["reason"].ne("").sum()) for n, rows in archives.items()},
        "loss": {f"front of {there} on {here}": round(v, 4) for (here, there), v in lost.items()},
    }


def rows(bench: Bench, clock: Clock, figures: dict, role: str) -> None:
    """Measure latencies of random sub-networks chunk by chunk, each chunk on all platforms.

    The step ends when all sub-networks are measured or the time is over. The experiment is finished
    if at least ``bench.sizes.fewest`` sub-networks are measured on all platforms.
    """
    settings = bench.settings(role)
    network, asked = supernet(settings), settings["measurement"]
    wanted, size = settings["sampling"]["count"], asked["chunk_size"]
    population, there = initial_sample(network.space, wanted, settings["seeds"][0]), 0
    late: OutOfTime | None = None
    medians, took = figures.setdefault("median_ms_by_chunk", {}), {}
    try:
        for first in range(0, wanted, size):
            for platform in platforms(settings):
                platform.check()
                clock.need(1.2 * took.get(platform.name, 1.0))
                begin, part = time.monotonic(), population[first : first + size]
                with alone():
                    taken = measure(
                        network, OBJECTIVES["latency"], part, platform, asked, bench.store
                    )
                took[platform.name], values = time.monotonic() - begin, taken["value"]
                medians.setdefault(platform.name, []).append(round(float(values.median()), 4))
            there = min(wanted, first + size)
    except OutOfTime as error:
        late = error
    if there >= bench.sizes.fewest:
        bench.complete(role, count=there)
        # All values are in the store; this call writes them to the tables of the experiment.
        endless = Clock(math.inf)
        Experiment(bench.settings(role), bench.results, bench.store, bench.data, endless).sample(1)
    figures |= {"subnetworks": there, "wanted": wanted}
    if late is not None:
        raise late


def classes(network, configuration: dict, images, calibration, device: str, precision="fp32"):
    """The classes that a sub-network predicts for ``images``, after its batch norm is re-calibrated
    on ``calibration``."""
    import torch

    from archfront.evaluation.batch_norm import fold_batch_norm, recalibrate
    from archfront.evaluation.precision import computing_in, kept_as
    from archfront.evaluation.top1 import calibration_batches, predicted_classes

    torch.set_num_threads(1)
    subnetwork = network.extract(configuration).to(device)
    with torch.inference_mode(), computing_in(precision):
        recalibrate(subnetwork, calibration_batches(calibration, network.prepare, device))
        fold_batch_norm(subnetwork).to(kept_as(precision))
        found = predicted_classes(subnetwork, images, network.prepare, 250, device)
        return np.concatenate([batch.cpu().numpy() for batch in found])


def speed(bench: Bench, clock: Clock, figures: dict) -> None:
    """Throughput and predictions per way of validating, the embedded network first."""
    from archfront.tasks import glyphs

    images, labels, seen = bench.network.data({"data": bench.data}, 32)
    own = figures.setdefault("embedded_mobilenetv3, 32 pixels", {})
    _speeds(bench, clock, own, bench.network, images, labels, seen)
    count, more = bench.sizes.enlarged
    small, labels = glyphs.images("validation", count)
    calibration, _ = glyphs.images("calibration", more)
    images, seen = (some.repeat(7, axis=2).repeat(7, axis=3) for some in (small, calibration))
    own = figures.setdefault("ofa_mbv3_w1.0, 224 pixels, random weights", {})
    _speeds(bench, clock, own, supernet("ofa_mbv3_w1.0"), images, labels, seen)


def _speeds(
    bench: Bench, clock: Clock, figures: dict, network, images, labels, calibration
) -> None:
    """Time each way of validating on some sub-networks; the first sub-network does not count.

    The figures of each way are explained in :func:`_summary`. The time of a validation includes the
    re-calibration of batch norm. It does not include the extraction of the sub-network. The
    predictions of a loop come from the timed run. The predictions of archfront's ways come from a
    separate call of :func:`classes`, which computes in channels_last.
    """
    from validation_speed import plain, the_loop

    from archfront.evaluation.image_cache import kept_on
    from archfront.evaluation.precision import computing_in
    from archfront.evaluation.top1 import top1

    device, sizes = bench.device, bench.sizes
    here = network.space.sample(sizes.compared + 1, 1)
    macs = 1e6 * network.exact("macs", here)
    configurations = network.space.decode(here, fill=True)
    whole = plain(network).to(device)
    batch = network.validation_batch_gpu if bench.cuda else network.validation_batch
    kept = kept_on(device, images), kept_on(device, calibration)

    def loop(configuration: dict) -> np.ndarray:
        return the_loop(whole, configuration, images, calibration, network.prepare, device)

    def exact_loop(configuration: dict) -> np.ndarray:
        with computing_in("fp32"):
            return loop(configuration)

    def ours(subnetwork, given, prepare, precision: str) -> float:
        data = given[0], labels, given[1]
        return top1(subnetwork, *data, prepare, batch, device, precision).value

    def contiguous(shown):
        return network.prepare(shown).contiguous()

    ways = {"loop": None, "loop, without TF32": None}
    ways["fp32, not channels_last"] = (kept, contiguous, "fp32")
    ways["fp32, images copied each time"] = ((images, calibration), network.prepare, "fp32")
    for precision in possible_precisions(device):
        ways[precision] = kept, network.prepare, precision
    if not bench.cuda:
        del ways["loop, without TF32"]
    found: dict[str, dict] = {
        name: {"rates": [], "shares": [], "differ": [], "top1": []} for name in ways
    }
    for row, configuration in enumerate(configurations):
        expected = exact_loop(configuration)
        right = 100 * float((expected == labels).mean())
        for name, way in ways.items():
            clock.need()
            if way is None:
                run = partial(loop if name == "loop" else exact_loop, configuration)
            else:
                given, prepare, precision = way
                subnetwork = network.extract(configuration)
                if prepare is contiguous:
                    subnetwork = as_it_comes(subnetwork)
                run = partial(ours, subnetwork, given, prepare, precision)
            begin = time.perf_counter()
            value = run()
            seconds = time.perf_counter() - begin
            if row == 0:
                continue
            work = macs[row] * (len(images) + len(calibration))
            own = found[name]
            own["rates"].append(len(images) / seconds)
            # On a GPU torch computes convolutions in TF32 by default.
            usual = "tf32" if bench.cuda and name == "loop" else "fp32"
            peak = _peak(device, sizes.product, way[2] if way else usual)
            own["shares"].append(work / seconds / peak)
            if way is None:
                answers = value
                own["top1"].append(abs(100 * float((answers == labels).mean()) - right))
            else:
                answers = classes(network, configuration, kept[0], kept[1], device, way[2])
                own["top1"].append(abs(value - right))
            own["differ"].append(float((answers != expected).mean()))
        figures |= _summary(found) if row else {}


def _summary(found: Mapping[str, Mapping]) -> dict:
    """The figures of each way of validating, over the sub-networks.

    images_per_second: validation images per second, median.
    times_the_loop: the throughput divided by the throughput of the plain loop.
    share_of_peak: multiply-adds per second divided by the peak of :func:`_peak`, median.
    differing_predictions: share of predictions that differ from the predictions of the loop in fp32
        without TF32, mean.
    largest_top1_difference: largest difference from top-1 of the loop in fp32 without TF32, in
        percentage points.
    """
    base = np.median(found["loop"]["rates"])
    return {
        name: {
            "images_per_second": round(float(np.median(own["rates"])), 1),
            "times_the_loop": round(float(np.median(own["rates"]) / base), 2),
            "share_of_peak": round(float(np.median(own["shares"])), 4),
            "differing_predictions": round(float(np.mean(own["differ"])), 5),
            "largest_top1_difference": round(max(own["top1"]), 3),
        }
        for name, own in found.items()
    }


def as_it_comes(subnetwork):
    """The sub-network in torch's default memory format."""
    import torch

    return subnetwork.to(memory_format=torch.contiguous_format)


@cache
def _peak(device: str, side: int, precision: str) -> float:
    """Multiply-adds per second of a product of two ``side x side`` matrices in this precision; the
    fastest of five products."""
    import torch

    from archfront.evaluation.precision import computing_in, kept_as

    a, seconds = torch.rand(side, side, device=device).to(kept_as(precision)), []
    with torch.inference_mode(), computing_in(precision):
        for _ in range(5):
            _wait(device)
            begin = time.perf_counter()
            a @ a
            _wait(device)
            seconds.append(time.perf_counter() - begin)
    return side**3 / min(seconds)


def _wait(device: str) -> None:
    """Wait until a GPU has finished its work."""
    import torch

    if device != "cpu":
        torch.cuda.synchronize(device)


def draw(bench: Bench, clock: Clock, figures: dict) -> None:
    """Draw the targets with at least one finished experiment, in the folder of the zip file."""
    from archfront.analytics.style import save

    told, folder = figures.setdefault("drawn", {}), bench.work / "devices" / "drawn"
    folder.mkdir(parents=True, exist_ok=True)
    for role in ROWS:
        if role in bench.report.get("experiments", {}):
            settings, endless = bench.settings(role), Clock(math.inf)
            run = Experiment(settings, bench.results, bench.store, bench.data, endless)
            clock.need()
            run.draw_learning_curves()
    for name, study in bench.studies().items():
        clock.need()
        module = targets.module(name)
        table = module.table(bench.results, study)
        paths = [str(folder / f"{name}.{kind}") for kind in ("png", "svg", "csv")]
        if name in targets.FIGURES:
            save(module.draw(table, study), table, remarks(study), *paths)
        else:
            write_table(paths[2], table)
        told[name] = list(study)
        if name in ("table1", "table3"):
            figures[name] = table.round(4).to_dict("records")


STEPS: dict[str, tuple[Callable[[Bench, Clock, dict], None], float, float]] = {
    "smoke": (smoke, 40, 120),
    "repeat, first": (partial(repeat, number=1), 20, 75),
    "vision": (partial(searched, role="vision", seed=1), 60, 180),
    "threads": (partial(searched, role="threads", seed=1), 60, 180),
    "repeat, second": (partial(repeat, number=2), 20, 75),
    "vision_rows": (partial(rows, role="vision_rows"), 30, 60),
    "residual_rows": (partial(rows, role="residual_rows"), 30, 60),
    "translation_rows": (partial(rows, role="translation_rows"), 30, 100),
    "speed": (speed, 60, 120),
    "more vision": (partial(searched, role="vision", seed=2), 90, 180),
    "more threads": (partial(searched, role="threads", seed=2), 90, 180),
    "draw": (draw, 40, 120),
}
"""Function of each step, and the fewest and the most seconds that it gets of :data:`WHOLE` minutes.
With fewer minutes a step gets a smaller share. The fewest seconds are kept for a step while earlier
steps run; none are kept for the steps of :data:`OPTIONAL`."""
OPTIONAL = "more vision", "more threads"
WHOLE = 10


def seconds_for(name: str, left: float, minutes: float) -> float | None:
    """The seconds that a step may take if ``left`` seconds are left of ``minutes``; None if the
    step is skipped."""
    share, names = min(1.0, minutes / WHOLE), list(STEPS)
    later = [one for one in names[names.index(name) + 1 :] if one not in OPTIONAL]
    _, fewest, most = STEPS[name]
    free = left - share * sum(STEPS[one][1] for one in later)
    if name in OPTIONAL:
        return min(free, most) if free >= fewest else None
    needed = share * fewest
    return min(max(free, needed), share * most) if left >= needed else None


@contextmanager
def noted(bench: Bench, name: str, until: float) -> Iterator[dict]:
    """Write the step's state, figures, time and traceback to the report.

    An exception within the block ends the block and is not raised further.
    """
    bench.report.step(name, state="running", until=until)
    begin, state, figures = time.time(), {"state": "done"}, {}
    try:
        yield figures
    except OutOfTime as error:
        state = {"state": "cut short", "why": str(error)}
    except Exception as error:
        told = traceback.format_exc()
        print(told, file=sys.stderr, flush=True)
        why = f"{type(error).__name__}: {error}"[:300]
        state = {"state": "failed", "why": why, "error": told[-3000:]}
    seconds = round(time.time() - begin, 1)
    bench.report.step(name, **state, seconds=seconds, figures=figures)
    print(f"{name}: {state['state']}, {time.time() - begin:.1f} s", flush=True)


def main() -> None:
    bench = Bench(Path(sys.argv[1]))
    try:
        bench.report.put(setup_seconds=bench.get_ready(), host=host_facts())
    except Exception:
        bench.report.put(setup_failed=traceback.format_exc()[-3000:])
        bench.stop_searching()
        raise
    bench.report.put(processor=bench.model("cpu"), measured_on=bench.model(bench.device))
    print(f"preparation finished; seconds: {bench.report['setup_seconds']}", flush=True)
    for name, (step, _, _) in STEPS.items():
        if name in bench.report["steps"]:
            continue
        left, minutes = bench.clock.left(), bench.report["asked"]["minutes"]
        seconds = seconds_for(name, left, minutes)
        if seconds is None:
            why = f"{max(0, left):.0f} s are left, some of them for later steps"
            bench.report.step(name, state="skipped", why=why, seconds=0.0)
            continue
        until = time.time() + seconds
        with noted(bench, name, until) as figures:
            step(bench, Clock(until), figures)
        if bench.report["steps"][name]["state"] != "done":
            bench.stop_searching()
        with noted_writing(bench):
            bench.write()
        if not usable(bench):
            sys.exit(AGAIN)
    bench.stop_searching()


@contextmanager
def noted_writing(bench: Bench) -> Iterator[None]:
    """Write an exception within the block to the report, and do not raise it further.

    An error while files are written does not end the steps.
    """
    try:
        yield
    except Exception:
        bench.report.put(writing_failed=traceback.format_exc()[-3000:])


def usable(bench: Bench) -> bool:
    """Whether the GPU still answers this process. The call frees unused memory of the GPU."""
    import torch

    gc.collect()
    if not bench.cuda:
        return True
    try:
        torch.cuda.synchronize(bench.device)
        torch.cuda.empty_cache()
        return True
    except RuntimeError:
        return False


if __name__ == "__main__":
    STARTED = time.time()
    main()
