"""The paper's experiments in a folder: small ones in place of the scaled, files for the full."""

from pathlib import Path

import yaml

SMALL = {
    "supernet": "instant:Instant",
    "platforms": {"single": {"batch_size": 1}, "batched": {"batch_size": 8}},
    "objectives": ["top1", "latency"],
    "seeds": [1, 2],
    "sampling": {"count": 12},
    "measurement": {"chunk_size": 6},
    "learning_curve": {"rows": [5]},
    "search": {"population": 16, "generations": 20},
    "full": {"measured": 4},
    "concurrent": {"start": None, "iterations": 1, "batch": 4},
    "popdb": {"min_cluster_size": 8, "min_samples": 3},
}
ROWS = {
    "sampling": {"count": 60},
    "measurement": {"chunk_size": 60},
    "seeds": [1],
    "learning_curve": {"rows": [10, 40], "trials": 2, "compare": ["ridge", "svr", "mlp"]},
    "predictors": {"top1": "ridge", "latency": "ridge"},
}
ROLES = {
    "vision": {
        "tactics": ["full", "concurrent_paper", "concurrent", "validation"],
        "popdb": SMALL["popdb"] | {"tactics": ["concurrent_paper", "concurrent"]},
        "warm_start": {"tactics": ["validation", "full"]},
    },
    "threads": {"tactics": ["concurrent_paper", "concurrent"], "full": {}},
    "residual": {"tactics": ["full"], "export": {"tactic": "full"}},
    "translation": {"tactics": ["full", "concurrent_paper", "concurrent"]},
    "vision_rows": ROWS,
    "residual_rows": ROWS | {"seeds": [2]},
    "translation_rows": ROWS | {"seeds": [3]},
    "rehearsal_rows": ROWS | {"seeds": [4]},
    "rivals": {"tactics": ["full", "concurrent_paper", "concurrent"], "platforms": {"any": {}}},
    "weaknas": {
        "platforms": {"any": {}},
        "objectives": ["top1"],
        "bounds": {"macs": 50},
        "tactics": ["weaknas"],
        "full": {},
        "export": {"tactic": "weaknas"},
    },
    "few": {
        "platforms": {"any": {}},
        "objectives": ["top1"],
        "bounds": {"macs": 50},
        "tactics": ["concurrent_paper", "concurrent", "random"],
        "full": {},
    },
}


def write_small(folder: Path, setting: str = "scaled", **changes: object) -> None:
    """``experiments/scaled``, or the folder of another setting, on the instant super-network.
    ``changes`` are keys of the experiments."""
    place = folder / "experiments" / setting
    place.mkdir(parents=True)
    for role, own in ROLES.items():
        config = {"experiment": f"{setting}_{role}"} | SMALL | changes | own
        (place / f"{role}.yaml").write_text(yaml.safe_dump(config))


def write_data(folder: Path) -> None:
    """What the files of ``experiments/full`` name, so that they can be planned; nothing in it."""
    data = folder / "data"
    for split in ("train", "val"):
        (data / "imagenet" / split).mkdir(parents=True)
    for name in (
        *("ofa_mbv3_d234_e346_k357_w1.0", "ofa_mbv3_d234_e346_k357_w1.2", "ofa_supernet_resnet50"),
        "HAT_wmt14ende_super_space0.pt",
    ):
        (data / name).write_bytes(b"")
    text = data / "wmt14_en_de"
    text.mkdir()
    for name in ("dict.en.txt", "dict.de.txt", "test.en", "test.de"):
        (text / name).write_text("one 1\n")
