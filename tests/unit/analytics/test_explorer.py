"""The pages to explore: in a real browser everything is drawn, and nothing in them is taken for
code."""

import shutil
import subprocess

import pandas as pd
import pytest
from helpers.runs import CONFIG

from archfront.analytics.explorer import EVERYTHING, FRONTS, chart, page, sortable
from archfront.config.experiment import validated

ROWS = pd.DataFrame(
    {
        "platform": ["single", "single", "single", "batched"],
        "tactic": ["full", "full", "concurrent_popdb", "full"],
        "seed": 1,
        "iteration": [0, 1, 1, 0],
        "digest": ["a", "b", "c", "d"],
        "top1": [70.0, 71.0, 72.0, 73.0],
        "latency": [1.0, 2.0, None, 4.0],
        "macs": [10.0, 20.0, 30.0, 40.0],
        "reason": ["", "", "</script><script>document.title='taken'</script>", ""],
        "shown": [FRONTS, EVERYTHING, FRONTS, FRONTS],
        "configuration": '{"ks": [3, null], "d": [1]}',
    }
)
REMARK = "</script><script>document.title = 'taken'</script>"


def content():
    settings = validated(CONFIG)
    settings["experiment"] = "small"
    return page(settings, chart(ROWS, settings), [REMARK])


def test_the_chart_has_a_panel_per_objective_and_a_switch_for_each_question():
    spec = chart(ROWS, validated(CONFIG))
    assert [p["encoding"]["x"]["field"] for p in spec["concat"]] == ["latency", "macs"]
    switches = {p["name"]: p["bind"] for p in spec["params"] if "bind" in p}
    assert switches["platform"]["options"] == ["single", "batched"]
    assert switches["tactic"]["options"] == ["all", "full", "concurrent_popdb"]
    (rows,) = spec["datasets"].values()
    assert "latency" not in rows[2]  # missing, not NaN


def test_the_pages_ask_nothing_of_a_network():
    for text in (content(), sortable("small", ROWS)):
        assert "src=http" not in text and 'src="http' not in text and "@import" not in text


def test_no_text_ends_a_script_or_hides_its_end():
    text = "</script><!--<script>"
    written = text.replace("<", r"\u003c")
    whole = page(validated(CONFIG), {"title": text}, [text])
    assert text not in whole and written in whole
    assert text not in sortable(text, pd.DataFrame({text: [text]}))


def dom(path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("there is no Chromium here")
    asked = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"]
    done = subprocess.run(
        [browser, *asked, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120
    )
    return done.stdout


@pytest.mark.slow
def test_a_browser_draws_the_points_of_the_first_platforms_fronts(tmp_path):
    path = tmp_path / "explorer.html"
    path.write_text(content())
    drawn = dom(path)
    assert 'data-ready="yes"' in drawn and "<title>small: everything" in drawn
    marks = drawn.count('aria-roledescription="point"')
    assert marks == 1 + 2  # sub-network c has no latency


@pytest.mark.slow
def test_a_browser_shows_the_table_and_runs_nothing_in_it(tmp_path):
    path = tmp_path / "measured.html"
    path.write_text(sortable("small", pd.concat([ROWS] * 6, ignore_index=True)))
    drawn = dom(path)
    assert "Showing 1 to 10 of 24 entries" in drawn and "<title>small</title>" in drawn
