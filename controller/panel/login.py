"""A password for viewers who are not at this computer, with the standard library's own scrypt, tokens and comparison.

Sessions live in memory: a restart of the panel asks for the password again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "inversion-table-panel"
SESSION_S = 12 * 3600
MOST_SESSIONS = 100
ATTEMPT_S = 1.0
"""Each attempt takes at least this long, one after the other: a second a guess, whoever guesses."""
LEAST_LETTERS = 10
FREE = ("/login", "/assets/")
"""What a stranger may see: the login page and the page's own files."""
COST = {"n": 2**14, "r": 8, "p": 1}


def hashed(password: str, salt: bytes | None = None) -> str:
    """`scrypt:salt:key`, for the settings file."""
    salt = salt or secrets.token_bytes(16)
    key = hashlib.scrypt(password.encode(), salt=salt, dklen=32, n=COST["n"], r=COST["r"], p=COST["p"])
    return f"scrypt:{b64encode(salt).decode()}:{b64encode(key).decode()}"


def well_formed(stored: str) -> bool:
    try:
        kind, salt, key = stored.split(":")
        return kind == "scrypt" and len(b64decode(salt, validate=True)) >= 16 and len(b64decode(key, validate=True)) == 32
    except ValueError:
        return False


def matches(password: str, stored: str) -> bool:
    return hmac.compare_digest(hashed(password, b64decode(stored.split(":")[1])), stored)


class Attempt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: str


class Login:
    """Wraps the pages: without a session there is only the login page."""

    def __init__(self, stored: str, page: str, now_s: Callable[[], float]) -> None:
        self._stored = stored
        self._page = page
        self._now_s = now_s
        self._sessions: dict[str, float] = {}  # token -> when it ends
        self._one_at_a_time = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        return [Route("/login", self._show, methods=["GET"]), Route("/login", self._try, methods=["POST"])]

    def knows(self, token: str) -> bool:
        return self._sessions.get(token, 0.0) > self._now_s()

    async def _show(self, _: Request) -> HTMLResponse:
        return HTMLResponse(self._page)

    async def _try(self, request: Request) -> Response:
        try:
            attempt = msgspec.json.decode(await request.body(), type=Attempt)
        except msgspec.MsgspecError as error:
            return JSONResponse({"wrong": str(error)}, 400)
        async with self._one_at_a_time:
            await asyncio.sleep(ATTEMPT_S)
            right = await asyncio.to_thread(matches, attempt.password, self._stored)
        if not right:
            return JSONResponse({"wrong": "the password is wrong"}, 401)
        answer = Response(status_code=204)
        answer.set_cookie(COOKIE, self._begin(), max_age=SESSION_S, httponly=True, samesite="strict", path="/")
        return answer

    def _begin(self) -> str:
        now_s = self._now_s()
        self._sessions = {token: until_s for token, until_s in self._sessions.items() if until_s > now_s}
        while len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        token = secrets.token_urlsafe(32)
        self._sessions[token] = now_s + SESSION_S
        return token


class Door:
    """ASGI: lets through who has logged in, and shows everybody else the login page."""

    def __init__(self, app: ASGIApp, login: Login) -> None:
        self._app = app
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope)
        free = scope["path"] == FREE[0] or scope["path"].startswith(FREE[1])
        if free or self._login.knows(request.cookies.get(COOKIE, "")):
            await self._app(scope, receive, send)
        elif scope["path"] == "/" and request.method == "GET":
            await RedirectResponse("/login", 303)(scope, receive, send)
        else:
            await JSONResponse({"wrong": "log in first"}, 401)(scope, receive, send)
