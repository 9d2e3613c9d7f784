"""Access control. Without a token, the pages answer only requests to this computer's local names.
With a token, the pages answer every client that has the token. Requests that a page of another site
makes in the same browser are always refused."""

import secrets
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

LOCAL = {"127.0.0.1", "localhost", "::1"}
COOKIE = "archfront_token"
HEADERS = [
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]


# The types of ASGI.
Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Guard:
    """ASGI middleware around all pages, files and web sockets. A refused request gets status 403, a
    refused web socket gets code 1008.

    token: secret that a client gives once, as ``?token=...``; a cookie keeps it afterwards. With
           None, no token is needed, and the host name of a request must be in :data:`LOCAL`. A
           foreign name that DNS resolves to this computer is then refused.
    """

    def __init__(self, app: App, token: str | None):
        self.app, self.token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {
            name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        host = headers.get("host", "")
        given = parse_qs(scope.get("query_string", b"").decode()).get("token", [""])[0]
        if self.token is None and urlsplit(f"//{host}").hostname not in LOCAL:
            await _refuse(scope, receive, send, "this page is for this computer only")
        elif not _same_origin(headers, host):
            await _refuse(scope, receive, send, "another site asked for this page")
        elif self.token is None or _is(self.token, _cookie(headers)):
            await self.app(scope, receive, _with(send, HEADERS))
        elif _is(self.token, given):
            kept = f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/".encode()
            await self.app(scope, receive, _with(send, [*HEADERS, (b"set-cookie", kept)]))
        else:
            await _refuse(scope, receive, send, "open the address with the token that was printed")


def new_token() -> str:
    return secrets.token_urlsafe(24)


def _is(token: str, given: str) -> bool:
    return secrets.compare_digest(token.encode(), given.encode())


def _cookie(headers: dict[str, str]) -> str:
    cookies = SimpleCookie(headers.get("cookie", ""))
    return cookies[COOKIE].value if COOKIE in cookies else ""


def _same_origin(headers: dict[str, str], host: str) -> bool:
    """Whether a request comes from these pages, from the address line, from a link that the user
    follows, or from a client that is not a browser."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return False
    asked_by = headers.get("sec-fetch-site", "none")
    following_a_link = headers.get("sec-fetch-mode") == "navigate"
    return asked_by in ("none", "same-origin") or following_a_link


def _with(send: Send, added: list[tuple[bytes, bytes]]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = message | {"headers": [*message.get("headers", []), *added]}
        await send(message)

    return sending


async def _refuse(scope: Scope, receive: Receive, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    body = f"Refused: {why}.\n".encode()
    start = {
        "type": "http.response.start",
        "status": 403,
        "headers": [(b"content-type", b"text/plain; charset=utf-8")],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
