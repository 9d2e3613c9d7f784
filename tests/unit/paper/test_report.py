import base64
import re

import pandas as pd
import pytest
from helpers.experiment_files import experiment, write_rows
from instant import Instant

from archfront.paper import fig9, table3
from archfront.paper.claims import ERRATA
from archfront.paper.report import described, report

FIGURE = {"vision": experiment(experiment="one")}
TABLE = {"vision_rows": experiment(experiment="two", seeds=[1], sampling={"count": 40})}
PIXELS = b"the pixels of figure 9"
VERDICTS = pd.DataFrame(
    [
        ("latency tau < 1", "table3", 1, "held: 0.9", None, None, "least > 0.86"),
        ("the search is close", "fig9", 0, "did not hold: 3", 1, "held: 2", "at most 2"),
    ],
    columns=[
        "claim",
        "target",
        "held",
        "verdict",
        "held_archfront",
        "verdict_archfront",
        "criterion",
    ],
)


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(Instant, "remarks", lambda self, settings: ["synthetic <data>"])
    (tmp_path / "fig9.png").write_bytes(PIXELS)
    write_rows(tmp_path / "table3.csv", "platform tau tau_std", ("<cpu>", 0.98765, None))
    return report(tmp_path, "scaled", {"fig9": FIGURE, "table3": TABLE}, VERDICTS)


def section(page, name):
    """The part of the page on a target."""
    (part,) = [some for some in re.split("(?=<h2)", page) if some.startswith(f'<h2 id="{name}"')]
    return part


def test_a_figure_is_in_the_page_itself(page):
    part = section(page, "fig9")
    (shown,) = re.findall('<img src="data:image/png;base64,([^"]*)"', part)
    assert base64.b64decode(shown) == PIXELS
    assert (
        fig9.TITLE in part
        and fig9.CAPTION.replace("'", "&#39;") in part
        and 'href="fig9.svg"' in part
    )
    assert "<table" not in part and "http" not in page


def test_a_table_is_shown_with_four_digits_and_escaped(page):
    part = section(page, "table3")
    cells = re.findall("<t[dh]>(.*)</t[dh]>", part)
    assert cells == ["platform", "tau", "tau_std", "&lt;cpu&gt;", "0.9877", ""]
    assert "<img" not in part and "table3.svg" not in part and 'href="table3.csv"' in part


def test_each_target_has_its_verdicts_its_remarks_and_its_erratum(page):
    figure, table = section(page, "fig9"), section(page, "table3")
    close, tau = ("<b>the search is close</b>", "<b>latency tau &lt; 1</b>")
    papers, own = "the paper's method:\n", "archfront's ConcurrentNAS: "
    assert f'<p class="verdict">{close}, {papers}did not hold: 3; {own}held: 2</p>' in figure
    assert f'<p class="verdict held">{tau}, {papers}held: 0.9</p>' in table
    assert "latency tau" not in figure and "the search is close" not in table
    assert f"<b>Beware:</b> {ERRATA['fig9']}" in figure and "Beware" not in table
    assert "Remember: one: synthetic &lt;data&gt;." in figure
    assert "Remember: two: synthetic &lt;data&gt;." in table


def test_the_page_begins_with_all_verdicts(page):
    assert "<h1>The paper's experiments, scaled setting</h1>" in page
    told = " ".join(re.search("<p>(1 of 2 claims.*?)</p>", page, re.DOTALL)[1].split())
    assert told == (
        "1 of 2 claims held with the paper's own method. Of the claims about ConcurrentNAS, 1 of 1 "
        "held with archfront's ConcurrentNAS."
    )
    begin = page[: page.index('<h2 id="fig9"')]
    assert "<td>latency tau &lt; 1</td><td>held: 0.9</td><td></td><td>least &gt; 0.86</td>" in begin
    assert "<td>the search is close</td>" in begin and 'href="#fig9"' in begin


def test_an_experiment_is_described_in_a_line(page):
    line = described(TABLE["vision_rows"])
    assert line.startswith(
        "two: Instant; top1, latency; platforms single, batched; 1 seed; 40 samples, iterations of"
    )
    assert line in section(page, "table3") and "; 2 seeds; " in section(page, "fig9")
    assert table3.SAYS.replace("'", "&#39;") in section(page, "table3")
