from helpers.drawn import legend_entries, texts
from helpers.experiment_files import experiment, rows_of, write_rows

from archfront.paper.fig13 import ROLES, draw, table

SUPERNETS = "vision_rows", "rehearsal_rows", "residual_rows", "translation_rows"
STUDY = {role: experiment(experiment=role, platforms={"any": {}}) for role in SUPERNETS}
QUALITY = {role: "bleu" if role == "translation_rows" else "top1" for role in SUPERNETS}


def test_the_error_of_quality_of_every_super_network_is_shown(tmp_path):
    assert set(ROLES) == set(SUPERNETS)
    for role, quality in QUALITY.items():
        write_rows(
            tmp_path / role / "learning_curves/any/curve.csv",
            "objective predictor features rows trial mape tau",
            ("latency", "svr", "counts", 5, 0, 8.0, 0.8),
            (quality, "ridge", "one_hot", 5, 0, 1.0, 0.9),
            (quality, "mlp", "one_hot", 5, 0, 2.0, 0.7),
        )
    found = table(tmp_path, STUDY)
    assert rows_of(found, "experiment objective predictor mape") == [
        row
        for role, quality in QUALITY.items()
        for row in ((role, quality, "ridge", 1), (role, quality, "mlp", 2))
    ]
    figure = draw(found, STUDY)
    labels = [texts(axis)[2] for axis in figure.axes]
    assert labels == ["MAPE of Top-1 accuracy (%)"] * 3 + ["MAPE of BLEU (%)"]
    assert legend_entries(figure) == ["ridge", "mlp"]
