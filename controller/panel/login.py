"""Passwords for viewers who are not at this computer, with the standard library's own scrypt, tokens and comparison.

The keeper's shows everybody; a person's own shows that person and nobody else (TP15).  Logins live in memory: a restart of the panel
asks again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
    who: str = ""  # a person's key; empty: the keeper


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One login: whose, and until when."""

    who: str | None  # a person's key; None: the keeper
    until_s: float


class Login:
    """Wraps the pages: without a visit there is only the login page."""

    def __init__(self, keeper: str, people: Mapping[str, str], page: str, now_s: Callable[[], float]) -> None:
        self._stored: dict[str | None, str] = {None: keeper}
        self._stored.update(people.items())
        self._nobodys = hashed(secrets.token_urlsafe())  # an unknown key costs the same time as a wrong password
        self._page = page
        self._now_s = now_s
        self._visits: dict[str, Visit] = {}
        self._one_at_a_time = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/login", self._show, methods=["GET"]),
            Route("/login", self._try, methods=["POST"]),
            Route("/logout", self._leave, methods=["POST"]),
        ]

    def visit(self, token: str) -> Visit | None:
        """The login that this token stands for, while it lasts."""
        found = self._visits.get(token)
        return found if found is not None and found.until_s > self._now_s() else None

    async def _show(self, _: Request) -> HTMLResponse:
        return HTMLResponse(self._page)

    async def _try(self, request: Request) -> Response:
        try:
            attempt = msgspec.json.decode(await request.body(), type=Attempt)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return JSONResponse({"wrong": str(error)}, 400)
        who = attempt.who or None
        async with self._one_at_a_time:
            await asyncio.sleep(ATTEMPT_S)
            right = await asyncio.to_thread(matches, attempt.password, self._stored.get(who, self._nobodys))
        if not right:
            return JSONResponse({"wrong": "the password is wrong"}, 401)
        answer = Response(status_code=204)
        answer.set_cookie(COOKIE, self._begin(who), max_age=SESSION_S, httponly=True, samesite="strict", path="/")
        return answer

    async def _leave(self, request: Request) -> Response:
        self._visits.pop(request.cookies.get(COOKIE, ""), None)
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    def _begin(self, who: str | None) -> str:
        now_s = self._now_s()
        self._visits = {token: visit for token, visit in self._visits.items() if visit.until_s > now_s}
        while len(self._visits) >= MOST_SESSIONS:
            del self._visits[next(iter(self._visits))]
        token = secrets.token_urlsafe(32)
        self._visits[token] = Visit(who=who, until_s=now_s + SESSION_S)
        return token


class Door:
    """ASGI: lets through who has logged in, saying who it is, and shows everybody else the login page."""

    def __init__(self, app: ASGIApp, login: Login) -> None:
        self._app = app
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope)
        visit = self._login.visit(request.cookies.get(COOKIE, ""))
        if visit is not None:
            scope.setdefault("state", {})["who"] = visit.who
        if visit is not None or scope["path"] == FREE[0] or scope["path"].startswith(FREE[1]):
            await self._app(scope, receive, send)
        elif scope["path"] in {"/", "/desk", "/history"} and request.method == "GET":
            await RedirectResponse("/login", 303)(scope, receive, send)
        else:
            await JSONResponse({"wrong": "log in first"}, 401)(scope, receive, send)
