"""How many measurements does a predictor of latency need, on which features? See --help.

Published latencies of 5,000 sub-networks of Once-for-All MobileNetV3 w1.2 at 25 resolutions (HELP),
and of 2,000 Transformers (HAT), whose ten features are tabulated and are all there is. Without
them, latencies of the embedded super-network, measured now. Each number is the mean over random
splits with 500 test rows (a quarter of the rows where there are fewer).
"""

import argparse
import json
import tempfile

import numpy as np
import pandas as pd

from archfront.core.metrics import mape, tau
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.predictors.features import Features
from archfront.predictors.kinds import KINDS
from archfront.predictors.predictor import fit, tune
from archfront.supernets.registry import supernet
from archfront.tasks import published

PAPER = (
    "Transformer tau .9206 (Xeon SKX), .8999 (Xeon CLX), .9180 (V100), .8838 (A100); "
    "MobileNetV3 .9311 (V100), .9360 (A100)"
)


def ofa_tables() -> dict:
    """Feature sets and latencies by device."""
    folder = published.folder("latency_ofa_mbv3_w1.2")
    if folder is None:
        return {}
    resolution = {"first": 128, "last": 224, "step": 4}
    network = supernet({"name": "ofa_mbv3_w1.2", "resolution": resolution})
    table = pd.read_csv(folder / "help_5000.csv")
    columns = {
        kind: table[kind].str.split().map(lambda v: [*map(int, v)]) for kind in ["ks", "e", "d"]
    }
    columns["r"] = table["resolution"].map(lambda side: [side])
    population = network.space.encode(pd.DataFrame(columns).to_dict("records"))
    sets = every_set(network, population)
    devices = [name for name in table if name.startswith("latency_ms_")]
    return {f"OFA, {n.removeprefix('latency_ms_')}": (sets, table[n].to_numpy()) for n in devices}


def transformer_tables() -> dict:
    """Encoder plus decoder latency by device; the tabulated features, closed forms of them, and the
    number of the decoder's layers alone. All standardised."""
    folder, found = published.folder("latency_transformer"), {}
    for path in sorted(folder.glob("*.csv")) if folder else ():
        table = pd.read_csv(path)
        values = table["latency_mean_encoder"] + table["latency_mean_decoder"]
        tabulated = table.loc[:, :"latency_mean_encoder"].iloc[:, :-1]
        tabulated = tabulated.loc[:, tabulated.std() > 0]
        sets = {
            "tabulated": tabulated,
            "closed": closed_forms(table),
            "layers": table[["decoder_layer_num"]],
        }
        sets = {n: ((some - some.mean()) / some.std()).to_numpy() for n, some in sets.items()}
        found[f"HAT, {path.stem.removesuffix('_all')}"] = (sets, values.to_numpy())
    return found


def closed_forms(table: pd.DataFrame) -> pd.DataFrame:
    """What parts of a Transformer multiply, up to factors: projections and feed-forward layers of
    both sides, keys and values of what the decoder attends to, the vocabulary; and the decoder's
    layers, which run one after the other, by number and by what they attend to."""
    layers, wide = table["decoder_layer_num"], table["decoder_embed_dim"]
    attended = layers * table["decoder_arbitrary_ende_attn_avg"]
    encoder = table["encoder_embed_dim"]
    return pd.DataFrame(
        {
            "encoder_projections": encoder,
            "encoder_feed_forward": encoder * table["encoder_ffn_embed_dim_avg"],
            "decoder_projections": layers * wide,
            "decoder_feed_forward": layers * wide * table["decoder_ffn_embed_dim_avg"],
            "keys_and_values": attended * encoder,
            "vocabulary": wide,
            "layers": layers,
            "attended": attended,
        }
    )


def embedded_table() -> dict:
    """Latencies measured now."""
    network = supernet("embedded_mobilenetv3")
    population = network.space.sample(160, 1)
    with tempfile.TemporaryDirectory() as folder:
        taken = measure(
            network,
            OBJECTIVES["latency"],
            population,
            Platform("here"),
            {"latency_seconds": 0.3, "latency_precision": 0.01},
            MeasurementStore(folder),
        )
    return {"embedded, here": (every_set(network, population), taken["value"].to_numpy())}


def every_set(network, population: np.ndarray) -> dict[str, np.ndarray]:
    features = Features(network)
    return {name: features(population, name) for name in features.names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="2 splits, up to 100 rows, ridge")
    parser.add_argument("--only", default="", help="latencies whose names begin so, such as HAT")
    given = parser.parse_args()
    quick = given.quick
    splits, kinds = (2, KINDS[:1]) if quick else (10, KINDS)
    counts = (50, 100) if quick else (50, 100, 200, 500, 1000)
    tables = ofa_tables() | transformer_tables()
    tables = {name: table for name, table in tables.items() if name.startswith(given.only)}
    if not tables:
        print("The published latencies are not here (ARCHFRONT_PUBLISHED_DATA): measuring instead")
        tables = embedded_table()
    figures = {}
    print("tau / MAPE in %, by training rows")
    print(f"{'latencies':34} {'features':10} {'kind':17}" + "".join(f"{n:>14}" for n in counts))
    for device, (sets, values) in tables.items():
        test = min(500, len(values) // 4)
        for name, features in sets.items():
            for kind in kinds:
                cells = []
                for count in counts:
                    # Tuning the others on 1,000 rows takes minutes.
                    if count > len(values) - test or (kind != "ridge" and count > 200):
                        cells.append(f"{'-':>14}")
                        continue
                    rounds = [
                        errors(kind, features, values, count, test, split)
                        for split in range(splits)
                    ]
                    mean = np.mean(rounds, axis=0)
                    cells.append(f"{mean[0]:>8.3f}/{mean[1]:5.2f}")
                    figures[f"{device}, {name}, {kind}, {count}"] = round(float(mean[0]), 4)
                print(f"{device:34} {name:10} {kind:17}" + "".join(cells), flush=True)
    print(f"The paper's Table 3, 500 sub-networks on devices of its own: {PAPER}")
    print(json.dumps(figures))


def errors(
    kind: str, features: np.ndarray, values: np.ndarray, count: int, test: int, split: int
) -> tuple[float, float]:
    """Tau and MAPE on ``test`` rows after training on ``count`` others."""
    order = np.random.default_rng(split).permutation(len(values))
    rows, others = order[test : test + count], order[:test]
    chosen, _ = tune(kind, features[rows], values[rows])
    predicted = fit(kind, features[rows], values[rows], chosen)(features[others])
    return tau(values[others], predicted), mape(values[others], predicted)


if __name__ == "__main__":
    main()
