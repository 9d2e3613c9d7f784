import asyncio
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archfront.pages.guard import Guard, cookie_of, kept_token


def answer(token, kind="http", query="", **headers):
    """(status, cookie) of a request; 1008 is a socket's refusal."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return answered(token, kind, raw, query.encode())


def answered(token, kind, raw, query):
    sent = []

    async def page(scope, receive, send):
        if kind == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        else:
            await send({"type": "websocket.accept"})

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "headers": raw, "query_string": query}
    asyncio.run(Guard(page, token)(scope, receive, send))
    first = sent[0]
    cookie = dict(first.get("headers", [])).get(b"set-cookie", b"").decode()
    return first.get("status", first.get("code", 200)), cookie


HERE = "127.0.0.1:8080"


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_page_of_another_site_is_refused_even_with_the_token(kind):
    refused = 403 if kind == "http" else 1008
    mine = {"host": HERE, "cookie": f"{cookie_of('abc')}=abc"}
    assert answer("abc", kind, **mine)[0] == 200
    assert answer("abc", kind, **mine, origin=f"http://{HERE}")[0] == 200
    assert answer("abc", kind, **mine, origin="http://evil.example")[0] == refused
    assert answer("abc", kind, **mine, origin="null")[0] == refused
    assert answer("abc", kind, **mine, origin="http://localhost:9999")[0] == refused
    assert answer("abc", kind, **mine, sec_fetch_site="cross-site")[0] == refused
    followed = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    assert answer("abc", kind, **mine, **followed)[0] == 200


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", [HERE, "localhost:8080", "[::1]:8080", "10.0.0.7:8080", "node7"])
def test_everybody_needs_the_token_which_is_then_kept(kind, host):
    refused, cookie = 403 if kind == "http" else 1008, cookie_of("abc")
    assert answer("abc", kind, host=host)[0] == refused
    assert answer("abc", kind, query="token=abd", host=host)[0] == refused
    assert answer("abc", kind, cookie=f"{cookie}=abd", host=host)[0] == refused
    assert answer("abc", kind, cookie=f"{cookie_of('abd')}=abc", host=host)[0] == refused
    assert answer("abc", kind, cookie=f"a:b=1; {cookie}=abc; c", host=host)[0] == 200
    status, kept = answer("abc", kind, query="token=abc", host=host)
    assert status == 200
    if kind == "http":
        assert f"{cookie}=abc" in kept and "HttpOnly" in kept and "SameSite=Strict" in kept


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "headers",
    [
        *({"host": host} for host in ("", "[", "[::1", "a b", "a@b", "a/b", "ä", "a:99999", "a:b")),
        *({"host": HERE, "origin": f"http://{end}"} for end in ("[", "[::1", "a]", "[x]")),
    ],
)
def test_a_malformed_request_is_refused(kind, headers):
    status, _ = answer("abc", kind, **headers, cookie=f"{cookie_of('abc')}=abc")
    assert status == (400 if kind == "http" else 1008)


@given(
    st.dictionaries(
        st.sampled_from([b"host", b"origin", b"cookie", b"sec-fetch-site", b"\xff", b"x"]),
        st.binary(max_size=12) | st.sampled_from([HERE.encode(), b"a=b; c", b"\xff=\xfe", b"[::1"]),
    ),
    st.binary(max_size=12) | st.just(b"token=%ff\xff"),
)
def test_no_request_without_the_token_is_let_in_or_is_an_error(headers, query):
    status, _ = answered("abc", "http", list(headers.items()), query)
    assert status in (400, 403)


def test_the_token_is_kept_in_a_file_of_this_user_alone(tmp_path):
    path = tmp_path / "results/.ui.token"
    before = os.umask(0)
    try:
        token = kept_token(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == token == kept_token(path) and len(token) == 32


@pytest.mark.parametrize("kind", ["readable", "link", "text", "pipe", "empty"])
def test_a_token_that_others_may_know_is_replaced(tmp_path, kind):
    path, other = tmp_path / "token", tmp_path / "other"
    known = kept_token(path)
    if kind == "readable":
        path.chmod(0o640)
    elif kind == "link":
        path.rename(other)
        path.symlink_to(other)
    elif kind == "pipe":
        path.unlink()
        os.mkfifo(path)
    else:
        path.write_text("" if kind == "empty" else "ä" * 32)
    token = kept_token(path)
    assert token != known and path.read_text() == token
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    if kind == "link":
        assert other.read_text() == known


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_the_token_of_another_user_is_replaced(tmp_path):
    known = kept_token(tmp_path / "token")
    os.chown(tmp_path / "token", 12345, 12345)
    assert kept_token(tmp_path / "token") != known
