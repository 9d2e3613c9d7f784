"""HAT's super-network, whole: checkpoint and text in, front and exported files out."""

from importlib.util import find_spec

import pandas as pd
import pytest
import yaml
from helpers.hat_folder import binarise, write
from helpers.runs import ROOT, Folder

from archfront.core.files import read_json

SMOKE = yaml.safe_load((ROOT / "experiments" / "hat_smoke.yaml").read_text())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hat")
    write(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("form", ["plain", "binarised"])
def test_it_goes_from_checkpoint_and_text_to_an_exported_sub_network(form, written, tmp_path):
    if form == "binarised":
        if find_spec("fairseq") is None:
            pytest.skip("fairseq is not installed: make fairseq (needs a C++ compiler)")
        binarise(written)
    given = SMOKE["supernet"] | {
        "checkpoint": str(written / "HAT_wmt14ende_super_space0.pt"),
        "data": str(written / form),
    }
    config = SMOKE | {"supernet": given}
    if form == "binarised":  # latency does not depend on the text, and takes minutes
        config |= {"objectives": ["bleu", "macs"]}
    folder = Folder(tmp_path / "run", config)
    for target in ("all", "export"):
        done = folder.run(target)
        assert done.returncode == 0, done.stderr[-5000:]
    results = folder.path / "results" / "hat_smoke"
    summary = pd.read_csv(results / "summary.csv")
    assert len(summary) == 2 and (summary["front_size"] > 0).all() and not summary["failed"].any()
    about = read_json(results / "export" / "measurements.json")
    assert about["checked"]["bleu"] == pytest.approx(about["measured"]["bleu"], abs=1e-6)
    assert about["checked"]["scorer"].startswith("sacrebleu, nrefs:1")


@pytest.mark.slow
def test_a_dictionary_of_another_size_ends_the_run_before_anything_is_measured(written, tmp_path):
    data = tmp_path / "other"
    data.mkdir()
    for file in (written / "plain").iterdir():
        more = "more 1\n" if file.name.startswith("dict") else ""
        (data / file.name).write_text(file.read_text() + more)
    given = SMOKE["supernet"] | {
        "checkpoint": str(written / "HAT_wmt14ende_super_space0.pt"),
        "data": str(data),
    }
    folder = Folder(tmp_path / "run", SMOKE | {"supernet": given})
    done = folder.run("all")
    assert done.returncode != 0 and "does not fit this super-network" in done.stderr
    assert not (folder.path / "results" / "store").exists()
