"""`make ui` in a real browser, through the whole story on a small experiment: set up, run, close
the page and kill its server, return, stop, continue, explore, export, run the exported network."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import asdict, replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
import yaml
from helpers.experiment_files import write_rows
from helpers.past_run import past_run
from helpers.runs import ROOT, wait_until

from archfront.core.files import write_json, write_table
from archfront.core.population_table import with_digests
from archfront.measurement.store import MeasurementStore, checksum, key_digest
from archfront.supernets.registry import supernet

pytestmark = pytest.mark.slow
playwright = pytest.importorskip("playwright.sync_api", reason="there is no Playwright here")
pytest.importorskip("nicegui", reason="there is no NiceGUI here: make ui installs it")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 300
"""Longest wait for what a run must do first."""


class Pages:
    """A server of the pages in a folder of its own."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.arguments = arguments
        self.process = None

    def start(self, **environment):
        asked = [sys.executable, str(ROOT / "workflow/ui.py"), "--port", str(self.port)]
        # NiceGUI would take a server that pytest starts for a test of its own.
        kept = {n: v for n, v in os.environ.items() if not n.startswith("PYTEST")}
        self.process = subprocess.Popen(
            [*asked, *self.arguments],
            cwd=self.folder,
            env=kept | environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.token = re.search(r"token=(\S+)", self.process.stdout.readline())[1]
        wait_until(self.answers, 60)

    def answers(self):
        families = (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")
        for family, host in families:
            with socket.socket(family) as trial:
                if trial.connect_ex((host, self.port)) == 0:
                    return True
        return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def address(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def entrance(self):
        """The address that is printed. A browser that has opened it keeps the token."""
        return self.address(f"/?token={self.token}")


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    (folder / "experiments").mkdir()
    shutil.copy(ROOT / "config.yaml", folder)
    shutil.copy(ROOT / "experiments/ci.yaml", folder / "experiments")
    return folder


@pytest.fixture(scope="module")
def pages(folder):
    pages = Pages(folder)
    pages.start()
    yield pages
    pages.kill()
    lock = folder / "results/.run.lock"
    for pid in _holding(lock):
        os.kill(pid, signal.SIGKILL)


def _holding(lock):
    """Processes whose lock it is: a run that a failed test left."""
    if not lock.exists():
        return []
    inode = f":{lock.stat().st_ino} "
    lines = [
        line
        for line in Path("/proc/locks").read_text(encoding="utf-8").splitlines()
        if inode in line
    ]
    return [int(line.split()[4]) for line in lines]


@pytest.fixture
def page(browser, pages):
    page = opened(browser, pages)
    yield page
    # Images within the page are asked of nobody.
    assert page.asked <= {f"127.0.0.1:{pages.port}", ""}, "something was fetched from elsewhere"
    assert not page.wrong
    page.context.close()


def opened(browser, pages=None, **context):
    """A page of a browser that has the token of ``pages``."""
    page = browser.new_context(
        viewport={"width": 1280, "height": 900}, accept_downloads=True, **context
    ).new_page()
    page.set_default_timeout(30_000)
    page.asked, page.wrong = set(), []
    page.on("request", lambda request: page.asked.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    if pages is not None:
        page.goto(pages.entrance())
    return page


def choose(page, label, option):
    page.get_by_label(label, exact=True).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def status(page):
    return page.get_by_role("status").first


def wait_for(page, text, seconds=SECONDS):
    playwright.expect(status(page)).to_contain_text(re.compile(text), timeout=1000 * seconds)


def section(page, name):
    return page.locator(".section").filter(has=page.get_by_text(name, exact=True)).first


def test_1_set_up(page, pages, folder):
    page.goto(pages.address())
    wait_for(page, "This can be run.")
    choose(page, "Open", "experiments/ci.yaml")
    name = page.get_by_label("experiment", exact=True)
    playwright.expect(name).to_have_value("ci")
    name.fill("story")
    count = section(page, "sampling").get_by_label("count")
    count.fill("3")
    wait_for(page, "1 to be put right.")
    playwright.expect(page.get_by_text("3 is less than the minimum of 4")).to_be_visible()
    playwright.expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    count.fill("16")
    section(page, "concurrent").get_by_label("iterations", exact=True).fill("4")
    wait_for(page, "This can be run.")
    playwright.expect(page.get_by_text("Together at most")).to_be_visible()
    page.get_by_role("button", name="Save and go to run").click()
    page.wait_for_url("**/run?experiment=story")
    expected = yaml.safe_load((ROOT / "experiments/ci.yaml").read_text())
    expected["experiment"] = "story"
    expected["sampling"]["count"] = 16
    expected["concurrent"]["iterations"] = 4
    written = (folder / "experiments/story.yaml").read_text()
    assert yaml.safe_load(written) == expected


def test_2_run_leave_and_return(browser, page, pages, folder):
    page.goto(pages.address("/run?experiment=story"))
    wait_for(page, "Nothing is at work.")
    page.get_by_role("button", name="Start").click()
    wait_for(page, "At work.")
    page.context.close()
    pages.kill()
    archives = folder / "results/story/seed1"
    wait_until(lambda: list(archives.glob("*/concurrent/iteration1/archive.csv")), SECONDS)
    pages.start()
    back = opened(browser, pages)
    back.goto(pages.address("/run?experiment=story"))
    wait_for(back, "At work.")
    back.get_by_role("button", name="Stop after the iteration").click()
    playwright.expect(back.get_by_text("The loops end after")).to_be_visible(timeout=60_000)
    wait_for(back, "Nothing is at work.")
    playwright.expect(back.get_by_role("cell", name="stopped").first).to_be_visible()
    back.get_by_role("button", name="Continue").click()
    wait_for(back, "At work.")
    wait_for(back, r"Nothing is at work. 3 of 3 runs have ended", 2 * SECONDS)
    assert back.locator(".nicegui-echart svg").count() == 2
    assert back.get_by_role("cell", name="stopped").count() == 0
    assert len(pd.read_csv(folder / "results/story/summary.csv")) == 3
    back.context.close()


def test_3_a_run_of_the_command_line_shows_up(page, pages, folder):
    page.goto(pages.address("/run?experiment=story"))
    wait_for(page, "Nothing is at work.")
    asked = [sys.executable, ROOT / "workflow/run.py", "--configfile", "experiments/ci.yaml", "-n"]
    run = subprocess.Popen(asked, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(page, "Another experiment is at work: ci.", 60)
    playwright.expect(page.get_by_role("button", name="Continue")).to_be_disabled()
    run.wait()
    wait_for(page, "Nothing is at work.")


def test_4_explore_with_the_keyboard_alone(page, pages):
    page.goto(pages.address())
    wait_for(page, "This can be run.")
    press_until(page, "Tab", lambda on: on == "Explore")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore")
    playwright.expect(page.get_by_role("row").nth(2)).to_be_visible()
    for _ in range(2):
        press_until(page, "Tab", lambda on: on == "row")
        page.keyboard.press("Space")
    playwright.expect(page.locator("svg[role=img]")).to_have_count(2)
    playwright.expect(page.get_by_text("difference")).to_be_visible()
    press_until(page, "Tab", lambda on: "Copy the configuration" in on)
    page.get_by_text("Values of elastic parameters on the fronts").click()
    playwright.expect(page.locator(".nicegui-echart svg")).to_have_count(1 + 3)
    page.get_by_text("Actual against predicted").click()
    playwright.expect(page.get_by_text(re.compile(r"Latency, \w+")).first).to_be_visible()


def press_until(page, key, reached, most=150):
    """Press the key until what has the focus is it: its text, or ``row`` for a row's check box."""
    told = """() => {
        const on = document.activeElement;
        const box = on.closest('tbody') && on.getAttribute('role') === 'checkbox';
        return box ? 'row' : on.innerText;
    }"""
    for _ in range(most):
        page.keyboard.press(key)
        if reached((page.evaluate(told) or "").strip()):
            return
    raise AssertionError("the keyboard does not lead there")


def test_5_take_home_and_run_it(page, pages, folder):
    page.goto(pages.address("/take-home"))
    choose(page, "Run", "single, concurrent, seed 1")
    page.get_by_role("row").nth(1).get_by_role("checkbox").click()
    page.get_by_role("button", name="Export").click()
    playwright.expect(page.get_by_text("The last export")).to_be_visible(timeout=120_000)
    front = pd.read_csv(folder / "results/story/seed1/single/concurrent/front.csv")
    about = json.loads((folder / "results/story/export/measurements.json").read_text())
    assert about["digest"] == front["digest"][0]
    assert about["measured"]["top1"] == pytest.approx(front["top1"][0])
    with page.expect_download() as download:
        page.get_by_role("button", name="subnetwork.onnx").click()
    from onnx.reference import ReferenceEvaluator

    network = ReferenceEvaluator(str(download.value.path()))
    images = np.zeros((2, 3, 32, 32), np.float32)
    (logits,) = network.run(None, {"images": images})
    assert logits.shape == (2, 100) and np.isfinite(logits).all()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("address", ["/", "/run", "/explore", "/take-home"])
def test_6_nothing_sticks_out_on_a_telephone(browser, pages, address, colours):
    page = opened(browser, pages, color_scheme=colours)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(pages.address(address))
    page.wait_for_timeout(3_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("body.body--dark").count() == (colours == "dark")
    page.context.close()


def test_7_a_hundred_thousand_measurements_are_shown_as_how_many_are_where(page, pages, folder):
    added = many(folder / "results/store", 50_000)
    page.goto(pages.address("/explore"))
    playwright.expect(page.get_by_role("row").nth(2)).to_be_visible(timeout=120_000)
    page.get_by_text("All that was measured").click()
    playwright.expect(page.get_by_text(re.compile(r"all measured \(50,\d+\)"))).to_be_visible(
        timeout=120_000
    )
    drawn = page.locator(".nicegui-echart path").count()
    assert 100 < drawn < 3_000
    page.goto(pages.address("/run?experiment=story"))
    wait_for(page, "Nothing is at work. 3 of 3 runs have ended")
    added.unlink()


def many(store, count):
    """A file of the store with the top-1 and the latency of so many more sub-networks."""
    space, rng = supernet("embedded_mobilenetv3").space, np.random.default_rng(1)
    taken = MeasurementStore(store).measurements()
    (top1,) = [m for m in taken if m.key["objective"] == "top1" and not m.failed][:1]
    latencies = [m for m in taken if m.key["objective"] == "latency"]
    (latency,) = [m for m in latencies if m.key["platform"]["batch_size"] == 1][:1]
    path = store / "many.jsonl"
    with path.open("wb") as file:
        for configuration in space.decode(space.sample(count, 1)):
            for measurement in (top1, latency):
                key = measurement.key | {"configuration": configuration}
                value = measurement.value * rng.uniform(0.8, 1.2)
                record = asdict(replace(measurement, key=key, value=value))
                text = json.dumps({"at": key_digest(key)} | record).encode()
                file.write(text + b"\t" + checksum(text) + b"\n")
    return path


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_8_everybody_needs_the_token(browser, folder, host):
    pages = Pages(folder, "--host", host)
    pages.start()
    try:
        page = opened(browser)
        assert page.goto(pages.address()).status == 403
        assert page.goto(pages.address(f"/?token={pages.token}x")).status == 403
        page.goto(pages.entrance())
        wait_for(page, "This can be run.")  # so the socket is let in as well
        assert page.goto(pages.address("/explore")).status == 200
        page.context.close()
        kept = folder / "results/.ui.token"
        assert kept.read_text() == pages.token and kept.stat().st_mode & 0o777 == 0o600
    finally:
        pages.kill()


def test_9_opening_a_file_imports_nothing(browser, folder):
    """The plug-in leaves a trace when it is imported."""
    trace = folder / "imported"
    (folder / "evil.py").write_text(f"open({str(trace)!r}, 'w').close()\n")
    config = yaml.safe_load((ROOT / "experiments/ci.yaml").read_text())
    names = {"supernet": {"name": "evil:Net", "weights": 3}, "objectives": ["evil:one", "latency"]}
    text = yaml.safe_dump(config | {"experiment": "evil"} | names)
    (folder / "experiments/evil.yaml").write_text(text)
    pages = Pages(folder)
    pages.start(PYTHONPATH=f"{folder}:{os.environ.get('PYTHONPATH', '')}")
    try:
        page = opened(browser, pages)
        wait_for(page, "This can be run.")
        choose(page, "Open", "experiments/evil.yaml")
        wait_for(page, "Not checked.")
        playwright.expect(page.get_by_text("runs code: evil:Net, evil:one")).to_be_visible()
        playwright.expect(page.get_by_label("evil:Net: weights")).to_have_value("3")
        playwright.expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
        page.wait_for_timeout(1_000)
        assert not trace.exists()
        page.get_by_role("button", name="Import and check").click()
        wait_for(page, "to be put right.")
        assert trace.exists()
        page.context.close()
    finally:
        pages.kill()
        (folder / "experiments/evil.yaml").unlink()


@pytest.fixture
def searched(tmp_path):
    """A folder with ``config.yaml`` and the results of the same search on a GPU."""
    shutil.copy(ROOT / "config.yaml", tmp_path)
    place = past_run(tmp_path / "results", "on_gpu")
    old = tmp_path / "results/on_gpu"
    row = ("single", "full", 1, 12, 0.5)
    write_rows(old / "summary.csv", "platform tactic seed validations hypervolume", row)
    gpu = {"single": {"device": "cuda", "batch_size": 128, "model": "NVIDIA H200"}}
    network, objectives = "embedded_mobilenetv3", ["top1", "latency"]
    space = supernet(network).space
    table = with_digests(space, space.sample(12, seed=1)).assign(top1=70.0, latency=1.0, reason="")
    write_table(old / place.archive, table)
    told = {
        "experiment": {"supernet": network, "objectives": objectives, "platforms": gpu},
        "supernet_digest": supernet(network).digest(),
        "hosts": [],
    }
    write_json(old / "provenance.json", told)
    return tmp_path


def test_a_search_of_the_same_super_network_on_other_hardware_is_a_start(browser, searched):
    pages = Pages(searched)
    pages.start()
    try:
        page = opened(browser, pages)
        wait_for(page, "This can be run.")
        words = page.get_by_text("This super-network was searched on other hardware before")
        playwright.expect(words).to_contain_text("12 sub-networks that full measured on single in")
        start, undo = (
            page.get_by_role("button", name=name, exact=True) for name in ("Start from it", "Undo")
        )
        playwright.expect(undo).not_to_be_visible()
        for _ in range(2):
            start.click()
            playwright.expect(undo).to_be_visible()
            wait_for(page, "This can be run.")
            playwright.expect(undo).to_be_visible()
            playwright.expect(start).not_to_be_visible()
            playwright.expect(page.get_by_text("experiment: on_gpu, ")).to_be_visible()
            undo.click()
            wait_for(page, "This can be run.")
            playwright.expect(start).to_be_visible()
            playwright.expect(page.get_by_text("experiment: on_gpu, ")).to_have_count(0)
        start.click()
        playwright.expect(undo).to_be_visible()
        wait_for(page, "This can be run.")
        page.get_by_role("button", name="Save", exact=True).click()
        playwright.expect(page.get_by_text("Written to experiments/default.yaml")).to_be_visible()
        written = yaml.safe_load((searched / "experiments/default.yaml").read_text())
        run = {"experiment": "on_gpu", "platform": "single", "tactic": "full", "seed": 1}
        assert written["warm_start"] == {"tactics": ["concurrent"], "run": run}
        assert not page.wrong
        page.context.close()
    finally:
        pages.kill()


def asked(folder, *arguments):
    command = [sys.executable, ROOT / "workflow/ui.py", *arguments]
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PYTEST")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--port", "99999"], 2, "argument --port: 99999 is not allowed; 1 to 65535"),
        (["--port", "0"], 2, "argument --port: 0 is not allowed; 1 to 65535"),
        (["--port", "x"], 2, "argument --port: invalid"),
        (["--host", "nowhere.invalid"], 1, "--host nowhere.invalid --port 8080: "),
        (["--host", "a" * 300], 1, "choose others"),
    ],
)
def test_where_nobody_can_listen_is_refused_with_a_message(folder, arguments, status, message):
    refused = asked(folder, *arguments)
    assert refused.returncode == status
    assert message in refused.stderr and "Traceback" not in refused.stderr


def test_an_address_of_ipv6_is_listened_at(folder):
    pages = Pages(folder, "--host", "::1")
    pages.start()
    try:
        address = f"http://[::1]:{pages.port}/"
        with urllib.request.urlopen(f"{address}?token={pages.token}") as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address)
    finally:
        pages.kill()
