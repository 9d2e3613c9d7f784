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


def test_no_page_fails_for_what_cannot_be_read(server):
    for path in ("/", "/run", "/run?experiment=empty", "/explore", "/take-home"):
        query = "&".join(filter(None, [urlsplit(path).query, server.query]))
        asked = server._replace(path=urlsplit(path).path, query=query).geturl()
        with urlopen(asked, timeout=60) as answer:
            assert answer.status == 200
            assert "mine" in answer.read().decode() or path == "/"
