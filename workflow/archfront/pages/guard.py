"""Access control. The pages answer every client that has the token, and no other. Requests that a
page of another site makes in the same browser are always refused.

An address such as 127.0.0.1 keeps other computers away, but no other user of this one.
"""

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HEADERS = [
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
HOST = re.compile(r"([\w.~-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?", re.ASCII | re.IGNORECASE)
"""A host name or an address, and a port."""
TOKEN = re.compile(r"[\w-]{32}", re.ASCII)


# The types of ASGI.
Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Guard:
    """ASGI middleware around all pages, files and web sockets. A refused request gets status 403, a
    malformed one 400, and a refused web socket code 1008.

    token: secret that a client gives once, as ``?token=...``. A cookie keeps it afterwards. The
           cookie has another name for another token, since browsers send it to all ports of a host.
    """

    def __init__(self, app: App, token: str):
        self.app, self.token, self.cookie = app, token, cookie_of(token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        host = headers.get("host", "")
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        given = query.get("token", [""])[0]
        origin = _netloc(headers["origin"]) if "origin" in headers else host
        if not _is_host(host) or origin is None:
            await _refuse(scope, receive, send, 400, "the header Host or Origin is malformed")
        elif origin != host or _from_another_site(headers):
            await _refuse(scope, receive, send, 403, "another site asked for this page")
        elif _is(self.token, _cookies(headers).get(self.cookie, "")):
            await self.app(scope, receive, _with(send, HEADERS))
        elif _is(self.token, given):
            kept = f"{self.cookie}={self.token}; HttpOnly; SameSite=Strict; Path=/".encode()
            await self.app(scope, receive, _with(send, [*HEADERS, (b"set-cookie", kept)]))
        else:
            told = "open the address with the token that `make ui` has printed"
            await _refuse(scope, receive, send, 403, told)


def kept_token(path: Path) -> str:
    """The token in the file ``path``, which this user alone can read. A file that does not exist is
    made. A file that another user may have read or written is replaced, with a new token."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        pass  # there is none, or a link
    else:
        with open(descriptor, encoding="ascii", errors="replace") as file:
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
                token = file.read(100)
                if not found.st_mode & 0o077 and TOKEN.fullmatch(token):
                    return token
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    token = secrets.token_urlsafe(24)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="ascii", newline="") as file:
        file.write(token)
    return token


def cookie_of(token: str) -> str:
    """The name of the cookie that keeps a token."""
    return f"archfront_{hashlib.sha256(token.encode()).hexdigest()[:8]}"


def _is(token: str, given: str) -> bool:
    return secrets.compare_digest(token.encode(), given.encode())


def _cookies(headers: dict[str, str]) -> dict[str, str]:
    """The cookies by name. A part without ``=`` is a cookie with an empty value."""
    parts = [part.strip().partition("=") for part in headers.get("cookie", "").split(";")]
    return {name: value for name, _, value in parts}


def _is_host(host: str) -> bool:
    found = HOST.fullmatch(host)
    return found is not None and int(found[2] or 0) <= 65535


def _netloc(origin: str) -> str | None:
    """Host and port of an origin; an empty text if it has none; None if it is malformed."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _from_another_site(headers: dict[str, str]) -> bool:
    """Whether a page of another site makes a request. These pages do not, nor do the address line,
    a link that the user follows, and a client that is not a browser."""
    asked_by = headers.get("sec-fetch-site", "none")
    following_a_link = headers.get("sec-fetch-mode") == "navigate"
    return asked_by not in ("none", "same-origin") and not following_a_link


def _with(send: Send, added: list[tuple[bytes, bytes]]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = message | {"headers": [*message.get("headers", []), *added]}
        await send(message)

    return sending


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    body = f"Refused: {why}.\n".encode()
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [(b"content-type", b"text/plain; charset=utf-8")],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
