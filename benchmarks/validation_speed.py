"""How fast is a validation, beside the loop that users of Once-for-All write? See --help.

The loop sets the active sub-network of the super-network, re-calibrates its batch norm with `ofa`'s
own function in the same batches, and evaluates within the super-network, 100 images at a time; it
runs before archfront has changed anything in the process. archfront extracts the sub-network. Both
have the same images in memory, one thread, fp32. The images at 224 pixels are glyphs, each pixel
seven times seven, and the weights there are random.
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
AIM = 4.0


def batches(
    images: np.ndarray, prepare, size: int = BATCH, device: str = "cpu"
) -> Iterator[torch.Tensor]:
    """As the loop has them: contiguous."""
    for start in range(0, len(images), size):
        some = torch.from_numpy(images[start : start + size]).to(device)
        yield prepare(some).contiguous()


def plain(network) -> torch.nn.Module:
    """The super-network as `ofa` builds it, with the weights of ours."""
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
    """Predicted classes. On a GPU the images are made its input there, and ``whole`` lies there."""
    from ofa.imagenet_classification.elastic_nn.utils import set_running_statistics

    whole.set_active_subnet(**configuration)
    seen = batches(calibration, prepare, CALIBRATION_BATCH, device)
    set_running_statistics(whole, [(batch, None) for batch in seen])
    whole.eval()
    shown = batches(images, prepare, device=device)
    return np.concatenate([whole(batch).argmax(dim=1).cpu().numpy() for batch in shown])


@torch.inference_mode()
def predictions(network, configuration: dict, images, calibration) -> np.ndarray:
    """Predicted classes of archfront's sub-network."""
    subnetwork = network.extract(configuration)
    seen = batches(calibration, network.prepare, CALIBRATION_BATCH)
    elastic_torch.recalibrate(subnetwork, seen)
    elastic_torch.fold_batch_norm(subnetwork)
    seen = batches(images, network.prepare)
    return np.concatenate([subnetwork(batch).argmax(dim=1).numpy() for batch in seen])


def peak() -> float:
    """Multiply-adds a second of a large product of matrices, one thread, fp32."""
    a = torch.rand(1500, 1500)
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - begin)
    return 1500**3 / min(seconds)


def compare(name: str, images, labels, calibration, count: int) -> dict:
    """Median speed-up over some sub-networks, and how alike the predictions are."""
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
    images, labels = glyphs.images("validation", 500 if quick else 5000)
    calibration, _ = glyphs.images("calibration", 200 if quick else 600)
    return compare("embedded_mobilenetv3", images, labels, calibration, 1 if quick else 5)


def enlarged(quick: bool) -> dict:
    images, labels = glyphs.images("validation", 100 if quick else 400)
    calibration, _ = glyphs.images("calibration", 20 if quick else 100)
    large, seen = (some.repeat(7, axis=2).repeat(7, axis=3) for some in (images, calibration))
    return compare("ofa_mbv3_w1.0", large, labels, seen, 1 if quick else 3)


def alone(comparison: Callable, quick: bool) -> dict:
    """In a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(comparison, quick).result()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one sub-network, few images")
    quick = parser.parse_args().quick
    heads = f"{'speed-up':>9} {'equal predictions':>18} {'top-1 points':>14} {'of the peak':>14}"
    print(f"{'':22} {heads}", flush=True)
    embedded, published = alone(on_glyphs, quick), alone(enlarged, quick)
    print(f"aim: {AIM:g} times")
    figures = {
        "speedup_embedded": round(embedded["speedup"], 3),
        "speedup_ofa_mbv3_224": round(published["speedup"], 3),
        "equal_predictions": min(embedded["equal_predictions"], published["equal_predictions"]),
        "share_of_peak": round(published["share_of_peak"], 4),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
