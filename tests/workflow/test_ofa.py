"""The published families, whole: checkpoint and image folder in, front and exported files out."""

import pandas as pd
import pytest
import yaml
from helpers.image_folder import PUBLISHED, write_checkpoint, write_images
from helpers.runs import ROOT, Folder

from archfront.core.files import read_json

SMOKE = yaml.safe_load((ROOT / "experiments" / "ofa_smoke.yaml").read_text())


def prepared(path, name, **options):
    config = SMOKE | {"supernet": SMOKE["supernet"] | {"name": name} | options}
    config["supernet"]["checkpoint"] = f"results/smoke/{name}.pt"
    folder = Folder(path / "run", config)
    write_images(folder.path / "results/smoke/images")
    write_checkpoint(folder.path / config["supernet"]["checkpoint"], name)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_family_goes_from_checkpoint_to_exported_sub_network(name, tmp_path):
    folder = prepared(tmp_path, name)
    for target in ("all", "check_supernet", "export"):
        done = folder.run(target)
        assert done.returncode == 0, done.stderr[-5000:]
    results = folder.path / "results" / "ofa_smoke"
    summary = pd.read_csv(results / "summary.csv")
    assert len(summary) == 2 and (summary["front_size"] > 0).all() and not summary["failed"].any()
    checked = pd.read_csv(results / "check_supernet.csv")
    assert checked["subnetwork"].tolist()[:2] == ["smallest", "largest"]
    about = read_json(results / "export" / "measurements.json")
    assert about["checked"]["top1"] == pytest.approx(about["measured"]["top1"], abs=1e-6)


@pytest.mark.slow
def test_a_wrong_checkpoint_ends_the_run_before_anything_is_measured(tmp_path):
    folder = prepared(tmp_path, "ofa_mbv3_w1.0")
    wrong = folder.path / "results/smoke/ofa_mbv3_w1.0.pt"
    write_checkpoint(wrong, "ofa_mbv3_w1.2")
    done = folder.run("all")
    assert done.returncode != 0 and "does not fit this super-network" in done.stderr
    assert not (folder.path / "results" / "store").exists()
