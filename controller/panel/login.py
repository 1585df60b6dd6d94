"""Passwords for viewers who are not at this computer, with the standard library's own scrypt, tokens and comparison.

The keeper's shows everybody; a person's own shows that person and nobody else (TP15).  Logins live in memory: a restart of the panel
asks again, and so does a password that was changed or taken away.
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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    line: str  # that the password was right for; with another one this visit is over
    until_s: float


class Login:
    """Wraps the pages: without a visit there is only the login page."""

    def __init__(self, stored: Callable[[], Mapping[str | None, str]], page: str, now_s: Callable[[], float]) -> None:
        """`stored`: the password lines as they stand now, the keeper's under None."""
        self._stored = stored
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
        if found is None or found.until_s <= self._now_s() or self._stored().get(found.who) != found.line:
            return None
        return found

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
            line = self._stored().get(who, self._nobodys)
            right = await asyncio.to_thread(matches, attempt.password, line)
        if not right:
            return JSONResponse({"wrong": "the password is wrong"}, 401)
        answer = Response(status_code=204)
        answer.set_cookie(COOKIE, self._begin(who, line), max_age=SESSION_S, httponly=True, samesite="strict", path="/")
        return answer

    async def _leave(self, request: Request) -> Response:
        self._visits.pop(request.cookies.get(COOKIE, ""), None)
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    def _begin(self, who: str | None, line: str) -> str:
        now_s = self._now_s()
        self._visits = {token: visit for token, visit in self._visits.items() if visit.until_s > now_s}
        while len(self._visits) >= MOST_SESSIONS:
            del self._visits[next(iter(self._visits))]
        token = secrets.token_urlsafe(32)
        self._visits[token] = Visit(who=who, line=line, until_s=now_s + SESSION_S)
        return token


class VisitOverError(Exception):
    """Whoever looks at an answer that goes on has no longer a password that is right."""


class Door:
    """ASGI: lets through who has logged in, saying who it is, and shows everybody else the login page."""

    def __init__(self, app: ASGIApp, login: Login) -> None:
        self._app = app
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope)
        token = request.cookies.get(COOKIE, "")
        visit = self._login.visit(token)
        if visit is not None:
            scope.setdefault("state", {})["who"] = visit.who
        if scope["path"] == FREE[0] or scope["path"].startswith(FREE[1]):
            await self._app(scope, receive, send)
        elif visit is not None:
            await self._app(scope, receive, self._while_it_lasts(token, send))
        elif scope["path"] in {"/", "/desk", "/history"} and request.method == "GET":
            await RedirectResponse("/login", 303)(scope, receive, send)
        else:
            await JSONResponse({"wrong": "log in first"}, 401)(scope, receive, send)

    def _while_it_lasts(self, token: str, send: Send) -> Send:
        """An answer that goes on ends with the visit."""

        async def sender(message: Message) -> None:
            if message.get("more_body") and self._login.visit(token) is None:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                raise VisitOverError
            await send(message)

        return sender
