"""Compare the time of archfront's validation with the loop that users of Once-for-All write.

The loop sets the active sub-network of the super-network. It re-calibrates batch norm with the
function of the package `ofa`, in the same batches as archfront. It evaluates within the
super-network, 100 images at a time. The loop runs before archfront changes settings of the process.
archfront extracts the sub-network and validates it. Both read the same images from memory and
compute on one thread in fp32. The embedded MobileNetV3 is validated on glyphs of 32 pixels.
MobileNetV3 w1.0 has random weights; its images of 224 pixels are glyphs, in which each pixel is
repeated seven times in both directions.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import torch

from archfront.evaluation.top1 import CALIBRATION_BATCH, top1
from archfront.supernets.convolutional import elastic_torch, ofa_networks
from archfront.supernets.registry import supernet
from archfront.tasks import glyphs

BATCH = 100
"""Number of images in a batch of the loop."""
AIM = 4.0
"""Speed-up that archfront aims at."""


def batches(
    images: np.ndarray, prepare, size: int = BATCH, device: str = "cpu"
) -> Iterator[torch.Tensor]:
    """The prepared images in batches for the loop, in torch's contiguous memory format."""
    for start in range(0, len(images), size):
        some = torch.from_numpy(images[start : start + size]).to(device)
        yield prepare(some).contiguous()


def plain(network) -> torch.nn.Module:
    """The super-network as `ofa` builds it, with the weights of ``network``."""
    theirs, ofa_networks.use_torch_layers = ofa_networks.use_torch_layers, lambda module: module
    try:
        built = network.untrained()
    finally:
        ofa_networks.use_torch_layers = theirs
    built.load_state_dict(network.network().state_dict())
    return built.eval()


@torch.inference_mode()
def the_loop(
    whole, configuration: dict, images, calibration, prepare, device: str = "cpu"
) -> np.ndarray:
    """Classes that the loop predicts. ``whole`` must be on the device. The images are copied to the
    device batch by batch, and prepared on the device."""
    from ofa.imagenet_classification.elastic_nn.utils import set_running_statistics

    whole.set_active_subnet(**configuration)
    seen = batches(calibration, prepare, CALIBRATION_BATCH, device)
    set_running_statistics(whole, [(batch, None) for batch in seen])
    whole.eval()
    shown = batches(images, prepare, device=device)
    return np.concatenate([whole(batch).argmax(dim=1).cpu().numpy() for batch in shown])


@torch.inference_mode()
def predictions(network, configuration: dict, images, calibration) -> np.ndarray:
    """Classes that the extracted sub-network predicts."""
    subnetwork = network.extract(configuration)
    seen = batches(calibration, network.prepare, CALIBRATION_BATCH)
    elastic_torch.recalibrate(subnetwork, seen)
    elastic_torch.fold_batch_norm(subnetwork)
    seen = batches(images, network.prepare)
    return np.concatenate([subnetwork(batch).argmax(dim=1).numpy() for batch in seen])


def peak() -> float:
    """Multiply-adds per second of a large product of matrices in fp32, with the current number of
    threads; the fastest of five products."""
    a = torch.rand(1500, 1500)
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - begin)
    return 1500**3 / min(seconds)


def compare(name: str, images, labels, calibration, count: int) -> dict:
    """Compare both validations on ``count`` random sub-networks; prints and returns the figures.

    speedup: time of the loop divided by the time of archfront, median over the sub-networks.
    equal_predictions: share of images with the same predicted class, mean over the sub-networks.
    difference: largest difference in top-1, in percentage points.
    share_of_peak: multiply-adds per second of archfront divided by :func:`peak`, median.
    """
    network = supernet(name)
    whole = plain(network)
    population = network.space.sample(count, 1)
    configurations = network.space.decode(population, fill=True)
    torch.set_num_threads(1)
    loops, expected = [], []
    for configuration in configurations:
        begin = time.perf_counter()
        expected.append(the_loop(whole, configuration, images, calibration, network.prepare))
        loops.append(time.perf_counter() - begin)
    ratios, equal, differences, shares = [], [], [], []
    for row, configuration in enumerate(configurations):
        begin = time.perf_counter()
        reading = top1(
            network.extract(configuration),
            images,
            labels,
            calibration,
            network.prepare,
            network.validation_batch,
        )
        ours = time.perf_counter() - begin
        ratios.append(loops[row] / ours)
        found = predictions(network, configuration, images, calibration)
        equal.append(float((found == expected[row]).mean()))
        right = 100 * float((expected[row] == labels).mean())
        differences.append(abs(reading.value - right))
        macs = 1e6 * network.exact("macs", population[row : row + 1])[0]
        shares.append(macs * (len(images) + len(calibration)) / ours / peak())
    figures = {
        "speedup": float(np.median(ratios)),
        "equal_predictions": float(np.mean(equal)),
        "difference": max(differences),
        "share_of_peak": float(np.median(shares)),
    }
    print(
        f"{name:22} {figures['speedup']:9.2f} {figures['equal_predictions']:18.4%} "
        f"{figures['difference']:14.3f} {figures['share_of_peak']:14.1%}",
        flush=True,
    )
    return figures


def on_glyphs(quick: bool) -> dict:
    """Compare on the embedded MobileNetV3 at 32 pixels."""
    images, labels = glyphs.images("validation", 500 if quick else 5000)
    calibration, _ = glyphs.images("calibration", 200 if quick else 600)
    return compare("embedded_mobilenetv3", images, labels, calibration, 1 if quick else 5)


def enlarged(quick: bool) -> dict:
    """Compare on MobileNetV3 w1.0 at 224 pixels, with random weights."""
    images, labels = glyphs.images("validation", 100 if quick else 400)
    calibration, _ = glyphs.images("calibration", 20 if quick else 100)
    large, seen = (some.repeat(7, axis=2).repeat(7, axis=3) for some in (images, calibration))
    return compare("ofa_mbv3_w1.0", large, labels, seen, 1 if quick else 3)


def alone(comparison: Callable, quick: bool) -> dict:
    """Run a comparison in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(comparison, quick).result()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one sub-network and few images")
    quick = parser.parse_args().quick
    heads = f"{'speed-up':>9} {'equal predictions':>18} {'top-1 points':>14} {'share of peak':>14}"
    print(f"{'':22} {heads}", flush=True)
    embedded, published = alone(on_glyphs, quick), alone(enlarged, quick)
    print(f"aim: a speed-up of {AIM:g}")
    figures = {
        "speedup_embedded": round(embedded["speedup"], 3),
        "speedup_ofa_mbv3_224": round(published["speedup"], 3),
        "equal_predictions": min(embedded["equal_predictions"], published["equal_predictions"]),
        "share_of_peak": round(published["share_of_peak"], 4),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
