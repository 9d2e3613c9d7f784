"""Values that tests compare tables with: from their definitions, in plain loops, and the landscape
of the instant super-network with its optimum."""

from functools import cache
from itertools import combinations, product
from math import log, sqrt

KERNELS, WIDTHS, DEPTHS = (3, 5, 7), (3, 4, 6), (1, 2, 3)
STAGES = 3
SPACE = sum((len(KERNELS) * len(WIDTHS)) ** depth for depth in DEPTHS) ** STAGES
"""Number of sub-networks: 819^3."""


def landscape(row, batch_size=1):
    """Top-1, latency and MACs of a row of an archive."""
    depths = [int(row[f"d_{stage}"]) for stage in range(STAGES)]
    active = [3 * stage + block for stage in range(STAGES) for block in range(depths[stage])]
    kernels = [int(row[f"ks_{block}"]) for block in active]
    widths = [int(row[f"e_{block}"]) for block in active]
    numbers = [(KERNELS.index(k) + 1) * (WIDTHS.index(e) + 1)
               for k, e in zip(kernels, widths, strict=True)]  # fmt: skip
    return of_sums(sum(depths), sum(numbers), sum(kernels), batch_size)


def of_sums(depth, numbers, kernels, batch_size):
    macs = 9 + numbers
    top1 = 60 + 12 * log(macs) / log(90) + 0.05 * kernels
    return top1, macs * (0.5 + 0.1 * batch_size) + 0.3 * depth, macs


@cache
def everything(batch_size=1):
    """Top-1, latency and MACs of all sub-networks that are best for their depth and MACs."""
    kernels = {(0, 0): 0}
    for depth in range(STAGES * max(DEPTHS)):
        for (number, sum_), (k, e) in product(
            [(key[1], value) for key, value in kernels.items() if key[0] == depth],
            product(range(3), range(3)),
        ):
            key = depth + 1, number + (k + 1) * (e + 1)
            kernels[key] = max(kernels.get(key, 0), sum_ + KERNELS[k])
    return [of_sums(*key, value, batch_size) for key, value in kernels.items() if key[0] >= STAGES]


@cache
def optimum(batch_size):
    """The front of the whole landscape: top-1 and latency."""
    return front((top1, latency) for top1, latency, _ in everything(batch_size))


def front(points):
    """The points (higher, lower) that no other point dominates, each once."""
    points = set(points)
    return {
        (up, down)
        for up, down in points
        if not any(
            one >= up and other <= down and (one, other) != (up, down) for one, other in points
        )
    }


def hypervolume(points, reference):
    """Area that the points (top-1, latency) dominate, in boxes of a reference.json: slices of the
    staircase from the lowest latency on."""
    worst, best = ([reference[end][name] for name in ("top1", "latency")]
                   for end in ("reference", "ideal"))  # fmt: skip
    inside = sorted((latency, top1) for top1, latency in front(points) if latency < worst[1])
    area, height = 0.0, worst[0]
    for latency, top1 in inside:
        if top1 > height:
            area += (top1 - height) * (worst[1] - latency)
            height = top1
    return area / ((best[0] - worst[0]) * (worst[1] - best[1]))


def mape(actual, predicted):
    shares = [abs(p - a) / abs(a) for a, p in zip(actual, predicted, strict=True)]
    return 100 * sum(shares) / len(shares)


def tau(actual, predicted):
    """Kendall's tau-b: concordant minus discordant pairs, over the pairs without ties."""
    agree, untied = 0, [0, 0]
    for (a, p), (b, q) in combinations(zip(actual, predicted, strict=True), 2):
        signs = (a > b) - (a < b), (p > q) - (p < q)
        agree += signs[0] * signs[1]
        untied = [count + (sign != 0) for count, sign in zip(untied, signs, strict=True)]
    return agree / sqrt(untied[0] * untied[1])


def mean(numbers):
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


def deviation(numbers):
    """Standard deviation of a sample."""
    numbers = list(numbers)
    middle = mean(numbers)
    return sqrt(sum((one - middle) ** 2 for one in numbers) / (len(numbers) - 1))


def median(numbers):
    ordered = sorted(numbers)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
