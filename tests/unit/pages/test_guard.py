import asyncio

import pytest

from archfront.pages.guard import COOKIE, Guard


def answer(token, kind="http", query="", **headers):
    """(status, cookie) of a request; 1008 is a socket's refusal."""
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

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "headers": raw, "query_string": query.encode()}
    asyncio.run(Guard(page, token)(scope, receive, send))
    first = sent[0]
    cookie = dict(first.get("headers", [])).get(b"set-cookie", b"").decode()
    return first.get("status", first.get("code", 200)), cookie


HERE = "127.0.0.1:8080"


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_page_of_this_computer_may_ask_and_nobody_elses(kind):
    refused = 403 if kind == "http" else 1008
    assert answer(None, kind, host=HERE)[0] == 200
    assert answer(None, kind, host=HERE, origin=f"http://{HERE}")[0] == 200
    assert answer(None, kind, host="rebound.example:8080")[0] == refused
    assert answer(None, kind, host=HERE, origin="http://evil.example")[0] == refused
    assert answer(None, kind, host=HERE, origin="null")[0] == refused
    assert answer(None, kind, host=HERE, origin="http://localhost:9999")[0] == refused
    assert answer(None, kind, host=HERE, sec_fetch_site="cross-site")[0] == refused
    assert (
        answer(None, kind, host=HERE, sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0]
        == 200
    )


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_others_need_the_token_which_is_then_kept(kind):
    refused = 403 if kind == "http" else 1008
    host = {"host": "10.0.0.7:8080"}
    assert answer("abc", kind, **host)[0] == refused
    assert answer("abc", kind, query="token=abd", **host)[0] == refused
    assert answer("abc", kind, cookie=f"{COOKIE}=abd", **host)[0] == refused
    assert answer("abc", kind, cookie=f"{COOKIE}=abc", **host)[0] == 200
    assert answer("abc", kind, cookie=f"{COOKIE}=abc", origin="http://evil", **host)[0] == refused
    status, cookie = answer("abc", kind, query="token=abc", **host)
    assert status == 200
    if kind == "http":
        assert f"{COOKIE}=abc" in cookie and "HttpOnly" in cookie and "SameSite=Strict" in cookie
