"""How fast is a validation, beside the loop that users of Once-for-All write? See --help.

The loop sets the active sub-network of the super-network, re-calibrates its batch norm with `ofa`'s
own function, and evaluates within the super-network, 100 images at a time. archfront extracts the
sub-network. Both have the same images in memory, one thread, fp32. Without ImageNet the images at
224 pixels are noise and the weights random: their predictions are equal or not all the same.
"""

import argparse
import json
import time

import numpy as np
import torch

from archfront.experiment import supernet
from archfront.measurement.top1 import top1
from archfront.supernets import elastic_torch, ofa_networks
from archfront.tasks import glyphs

BATCH = 100
AIM = 4.0


def batches(images: np.ndarray, prepare) -> list[torch.Tensor]:
    """As the loop has them: contiguous, 100 at a time."""
    starts = range(0, len(images), BATCH)
    return [prepare(torch.from_numpy(images[s : s + BATCH])).contiguous() for s in starts]


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
def the_loop(whole, configuration: dict, images, calibration, prepare) -> np.ndarray:
    """Predicted classes."""
    from ofa.imagenet_classification.elastic_nn.utils import set_running_statistics

    whole.set_active_subnet(**configuration)
    set_running_statistics(whole, [(batch, None) for batch in batches(calibration, prepare)])
    whole.eval()
    return np.concatenate([whole(b).argmax(dim=1).numpy() for b in batches(images, prepare)])


@torch.inference_mode()
def predictions(network, configuration: dict, images, calibration) -> np.ndarray:
    """Predicted classes of archfront's sub-network."""
    subnetwork = network.extract(configuration)
    elastic_torch.recalibrate(subnetwork, batches(calibration, network.prepare))
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
    ratios, equal, differences, shares = [], [], [], []
    for row, configuration in enumerate(network.space.decode(population, fill=True)):
        begin = time.perf_counter()
        theirs = the_loop(whole, configuration, images, calibration, network.prepare)
        loop = time.perf_counter() - begin
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
        ratios.append(loop / ours)
        equal.append(
            float((predictions(network, configuration, images, calibration) == theirs).mean())
        )
        differences.append(abs(reading.value - 100 * float((theirs == labels).mean())))
        macs = 1e6 * network.exact("macs", population[row : row + 1])[0]
        shares.append(macs * (len(images) + len(calibration)) / ours / peak())
    figures = {
        "speedup": float(np.median(ratios)),
        "equal_predictions": min(equal),
        "difference": max(differences),
        "share_of_peak": float(np.median(shares)),
    }
    print(
        f"{name:22} {figures['speedup']:9.2f} {figures['equal_predictions']:18.4%} "
        f"{figures['difference']:14.3f} {figures['share_of_peak']:14.1%}"
    )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one sub-network, few images")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    heads = f"{'speed-up':>9} {'equal predictions':>18} {'top-1 points':>14} {'of the peak':>14}"
    print(f"{'':22} {heads}")
    images, labels = glyphs.images("validation", 500 if quick else 5000)
    calibration, _ = glyphs.images("calibration", 200 if quick else 600)
    embedded = compare("embedded_mobilenetv3", images, labels, calibration, 1 if quick else 5)
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (120 if quick else 500, 3, 224, 224), np.uint8)
    cut = 20 if quick else 100
    labels = random.integers(0, 1000, len(noise) - cut)
    published = compare("ofa_mbv3_w1.0", noise[cut:], labels, noise[:cut], 1 if quick else 3)
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
