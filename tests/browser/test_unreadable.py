"""The pages of `make ui` over files that cannot be read: no page fails, and the rest is shown."""

import os
import shutil
import socket
import subprocess
import sys
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from helpers.past_run import past_run
from helpers.runs import ROOT, wait_until

from archfront.config.layout import Run

pytestmark = pytest.mark.slow
pytest.importorskip("nicegui", reason="there is no NiceGUI here: make ui installs it")

CONFIGS = {
    "empty": "",
    "old": "experiment: old\npromise: 1\n",
    "gone": "experiment: gone\nplatforms: {a: {}}\nsupernet: gone_for_good:Net\n",
    "deep": "a: " + "[" * 3000 + "]" * 3000,
    "latin": "experiment: caf\xe9\n",
}


@pytest.fixture
def server(tmp_path):
    """The address of a server whose newest run has a config that cannot be read."""
    (tmp_path / "experiments").mkdir()
    shutil.copy(ROOT / "config.yaml", tmp_path)
    for name, text in ({"mine": None} | CONFIGS).items():
        past_run(tmp_path / "results", name)
        if text is not None:
            (tmp_path / f"experiments/{name}.yaml").write_text(text, encoding="latin-1")
            (tmp_path / f"results/{name}/config.yaml").write_text(text, encoding="latin-1")
    (tmp_path / "results/mine/seed1_old").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # NiceGUI would take a server that pytest starts for a test of its own.
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PYTEST")}
    environment["PYTHONPATH"] = f"{ROOT / 'workflow'}:{ROOT / 'tests/plugins'}"
    process = subprocess.Popen(
        [sys.executable, ROOT / "workflow/ui.py", "--port", str(port)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    address = urlsplit(process.stdout.readline().split()[0])

    def answers():
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, 60)
    yield address
    process.kill()
    process.communicate()


def asked(server, path):
    """The page at this path, with its status checked."""
    query = "&".join(filter(None, [urlsplit(path).query, server.query]))
    whole = server._replace(path=urlsplit(path).path, query=query).geturl()
    with urlopen(whole, timeout=30) as answer:
        assert answer.status == 200
        return answer.read().decode()


def test_no_page_fails_for_what_cannot_be_read(server):
    for path in ("/", "/run", "/run?experiment=empty", "/explore", "/take-home"):
        text = asked(server, path)
        assert "mine" in text or path == "/"


def test_no_page_waits_for_a_table_that_is_a_pipe(server, tmp_path):
    folder, run = tmp_path / "results/mine", Run(1, "single", "full")
    (folder / "config.yaml").touch()  # the page shows the newest experiment first
    for path in (folder / run.front, folder / run.archive):
        path.unlink()
        os.mkfifo(path)
    for path in ("/explore", "/take-home", "/run"):
        assert "mine" in asked(server, path)


def test_results_outside_the_folder_are_refused_at_the_start(tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here/results").symlink_to(tmp_path)
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, ROOT / "workflow/ui.py"],
        cwd=tmp_path / "here",
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1 and "results: lies outside the project" in done.stderr
    assert not (tmp_path / ".ui.token").exists()
