import hashlib
from pathlib import Path

import pandas as pd
from matplotlib.text import Text

from archfront.analytics import style
from archfront.tactics import TACTICS


def test_every_tactic_has_a_look_of_its_own():
    looks = [style.look(name) for name in ("samples", "full", *TACTICS)]
    for part in ("colour", "marker", "label"):
        assert len({look[part] for look in looks}) == len(looks)


def test_a_dollar_in_a_text_from_outside_is_no_formula(tmp_path):
    odd = r"$\odd$ per $1"
    figure, (axis,) = style.panels(1)
    axis.bar([odd, "b"], [1, 1000], label=odd)
    axis.set_yscale("log")
    axis.set(xlabel=odd, ylabel=odd, title="$10^{2}$")
    axis.title.set_gid(style.FORMULA)
    style.legend_below(figure)
    files = [str(tmp_path / f"odd.{suffix}") for suffix in ("png", "svg", "csv")]
    style.save(figure, pd.DataFrame({"x": [1]}), [odd], *files)
    shown = figure.findobj(lambda part: isinstance(part, Text) and part.get_visible())
    texts = {text.get_text(): text.get_parse_math() for text in shown}
    assert not texts[odd] and texts["$10^{2}$"] and texts[r"$\mathdefault{10^{1}}$"]


def test_saved_figures_are_reproducible(tmp_path):
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
