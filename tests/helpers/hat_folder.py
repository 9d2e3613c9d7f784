"""A folder as HAT's users have it, small: `python hat_folder.py FOLDER` writes checkpoint and text.

The checkpoint has the published shapes, and has seen a few sentences: enough to end its own.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from archfront.supernets.transformer.elastic_transformer import ElasticTransformer
from archfront.supernets.transformer.hat import WMT14EnDe
from archfront.tasks.vocabulary import END

WORDS = ("one", "two", "thr@@", "ee", "four", "fi@@", "ve", "six")
SENTENCES, LENGTH, STEPS = 16, 6, 40
NAME = "HAT_wmt14ende_super_space0.pt"


def write(folder: Path) -> None:
    """``<folder>/plain`` with dictionaries and text, whose translation is the sentence itself, and
    the checkpoint beside it."""
    plain = folder / "plain"
    plain.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    sentences = random.integers(len(WORDS), size=(SENTENCES, LENGTH))
    for language in ("en", "de"):
        lines = [f"{word} {100 - number}" for number, word in enumerate(WORDS)]
        (plain / f"dict.{language}.txt").write_text("\n".join(lines) + "\n")
        lines = [" ".join(WORDS[number] for number in sentence) for sentence in sentences]
        (plain / f"test.{language}").write_text("\n".join(lines) + "\n")
    torch.manual_seed(0)
    supernet = WMT14EnDe(str(plain))
    network = ElasticTransformer(supernet.geometry)
    tokens = torch.from_numpy(np.column_stack([sentences + 4, np.full(SENTENCES, END)]))
    before = torch.cat([torch.full((SENTENCES, 1), END), tokens[:, :-1]], dim=1)
    optimiser = torch.optim.Adam(network.parameters(), 3e-4)
    for configuration in supernet.space.decode(supernet.space.sample(STEPS, 1)):
        logits = network(configuration, tokens, before)
        functional.cross_entropy(logits.flatten(0, 1), tokens.flatten()).backward()
        optimiser.step()
        optimiser.zero_grad()
    state = {"model": network.state_dict(), "args": argparse.Namespace(arch="transformersuper")}
    torch.save(state, folder / NAME)


def binarise(folder: Path) -> None:
    """``<folder>/binarised``, written by fairseq's own preprocessing from ``<folder>/plain``."""
    code = (
        "from archfront.tasks.fairseq_data import import_fairseq\n"
        "import_fairseq()\n"
        "from fairseq_cli.preprocess import cli_main\n"
        "cli_main()\n"
    )
    plain = folder / "plain"
    arguments = [
        "--source-lang", "en", "--target-lang", "de", "--testpref", plain / "test",
        "--srcdict", plain / "dict.en.txt", "--joined-dictionary",
        "--destdir", folder / "binarised", "--workers", "1",
    ]  # fmt: skip
    subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
