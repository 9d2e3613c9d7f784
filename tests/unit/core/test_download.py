"""Downloads from a server on this host."""

import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from archfront.core.download import download

CONTENT = bytes(range(256)) * 100
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Answers(BaseHTTPRequestHandler):
    """``/whole`` is sent whole. Each other address has a fault of its own."""

    def do_GET(self):
        if self.path == "/garbage":
            self.wfile.write(b"this is not HTTP\r\n\r\n")
            return
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        if self.path == "/interrupted_chunk":
            self.send_header("Transfer-Encoding", "chunked")
        elif self.path != "/unannounced":
            self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if self.path == "/interrupted_chunk":
            self.wfile.write(b"ff\r\nonly these bytes")
        else:
            self.wfile.write(CONTENT[:1000] if self.path == "/interrupted" else CONTENT)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.parametrize("address", ["/whole", "/unannounced"])
@pytest.mark.parametrize("wanted", [None, SHA256])
def test_a_file_is_fetched_and_its_digest_returned(server, tmp_path, capsys, address, wanted):
    path = tmp_path / "new folder" / "weights"
    assert download(server + address, path, wanted) == SHA256
    assert path.read_bytes() == CONTENT and list(path.parent.iterdir()) == [path]
    assert capsys.readouterr().err == f"fetching {server}{address}\n"


def test_another_file_than_the_wanted_one_is_not_kept(server, tmp_path):
    path = tmp_path / "weights"
    with pytest.raises(RuntimeError, match=f"/whole has the SHA-256 {SHA256}, not 00ff: another"):
        download(server + "/whole", path, "00ff")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/missing", "404"),
        ("/interrupted", "1000 "),
        ("/interrupted_chunk", "IncompleteRead"),
        ("/garbage", "this is not HTTP"),
    ],
)
def test_what_cannot_be_fetched_leaves_the_old_file(server, tmp_path, address, reason):
    path = tmp_path / "weights"
    path.write_text("old")
    with pytest.raises(RuntimeError) as failed:
        download(server + address, path)
    told = str(failed.value)
    assert told.startswith(f"{server}{address} cannot be fetched (") and reason in told
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_without_a_network_it_says_what_to_do(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # nobody listens there
        address = f"http://127.0.0.1:{free.getsockname()[1]}/weights"
        with pytest.raises(RuntimeError, match=r"without a network: fetch it elsewhere, copy it"):
            download(address, tmp_path / "weights")
    assert list(tmp_path.iterdir()) == []
