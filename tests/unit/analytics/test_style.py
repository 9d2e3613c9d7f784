import hashlib
from pathlib import Path

from archfront.analytics import style
from archfront.tactics import TACTICS


def test_every_tactic_has_a_look_of_its_own():
    looks = [style.look(name) for name in ("samples", "full", *TACTICS)]
    for part in ("colour", "marker", "label"):
        assert len({look[part] for look in looks}) == len(looks)


def test_saved_figures_are_reproducible(tmp_path):
    import pandas as pd

    digests = set()
    for number in (1, 2):
        figure, (axis,) = style.panels(1)
        axis.plot([1, 2], [3, 4], label="a line")
        style.legend_below(figure)
        files = [str(tmp_path / f"{number}.{suffix}") for suffix in ("png", "svg", "csv")]
        style.save(figure, pd.DataFrame({"x": [1 / 3]}), ["a remark"], *files)
        digests.add(tuple(hashlib.sha256(Path(f).read_bytes()).hexdigest() for f in files))
    assert len(digests) == 1
    assert figure.get_suptitle() == "a remark"
