"""What the page may ask of the service, one JSON object each, and what the service answers.  Values and their bounds only; pure.

None of them names a motion, a button, a limit or a setting: a request changes who is next, what is offered first, or what is recorded
about somebody (SR12).  The service takes one at a time, only while the table stands idle at upright rest (controller/clerk.py).
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from controller.programme.model import Contraindication, Preparation, SetUpItem
from controller.programme.sessions import StopSign, When

MOST_BYTES = 2048
"""Of one whole request; the longest honest one, with a note of 200 characters, takes less than half of it."""
FRESH_S = 5.0
"""A request is for now: one that is older is refused, and the page asks again."""

Key = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9_-]{0,63}\Z")]
"""A person's key or a protocol's name."""
Token = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{16,64}\Z")]
Session = Annotated[int, Meta(ge=1, le=1_000_000)]


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """One thing that somebody at the page wants recorded."""


class Choose(Request, frozen=True, kw_only=True, tag="choose"):
    """Who lies on the table next; nobody, when whoever used it has left."""

    person: Key | None


class ChooseProtocol(Request, frozen=True, kw_only=True, tag="protocol"):
    """What the display shows first to the person who is chosen; SELECT goes on from there."""

    person: Key
    protocol: Key


class AnswerQuestions(Request, frozen=True, kw_only=True, tag="questions"):
    """The nine health questions (TP1), each answered."""

    person: Key
    yes: frozenset[Contraindication]
    no: frozenset[Contraindication]


class ConfirmSetUp(Request, frozen=True, kw_only=True, tag="checklist"):
    """The points of the set-up that hold for the coming session (TP3)."""

    person: Key
    session: Session
    confirmed: frozenset[SetUpItem]


class ConfirmPractice(Request, frozen=True, kw_only=True, tag="practised"):
    """The manual release was practised (TP3)."""

    person: Key


class ConfirmPrepared(Request, frozen=True, kw_only=True, tag="prepared"):
    """Heat was applied or water drunk before the coming session (TP5, TP14)."""

    person: Key
    session: Session
    what: Preparation


class Rate(Request, frozen=True, kw_only=True, tag="rating"):
    """Before or after a session (TP12); what is left out was not said."""

    person: Key
    session: Session
    when: When
    pain: Annotated[int, Meta(ge=0, le=10)]
    toe_touch_cm: Annotated[float, Meta(ge=-60.0, le=150.0)] | None = None
    stiffness_minutes: Annotated[int, Meta(ge=0, le=1440)] | None = None
    doses: Annotated[int, Meta(ge=0, le=50)] | None = None
    night_pain: bool | None = None


class Feel(Request, frozen=True, kw_only=True, tag="felt"):
    """What was felt in and after a session (TP9, TP11); no sign at all is an answer too."""

    person: Key
    session: Session
    signs: frozenset[StopSign]
    dizzy_minutes: Annotated[int, Meta(ge=0, le=14_400)] = 0
    note: Annotated[str, Meta(max_length=200)] = ""


AnyRequest = Choose | ChooseProtocol | AnswerQuestions | ConfirmSetUp | ConfirmPractice | ConfirmPrepared | Rate | Feel


class Sent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request on its way from the page's process to the service."""

    token: Token  # the answer carries it; the same one is never done twice
    made_s: float  # by the monotonic clock that all processes of a computer share
    request: AnyRequest


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request.  Says nothing personal: everybody who sees the table sees it."""

    token: str
    accepted: bool
    says: str  # what was recorded, or why nothing was
    way_back: str = ""  # what to do when it was refused


T = TypeVar("T")


class RequestError(ValueError):
    """One line: what is wrong with a request."""


_requests: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_sent: msgspec.json.Decoder[Sent] = msgspec.json.Decoder(Sent)
_encoder = msgspec.json.Encoder()


def encode(sent: Sent) -> bytes:
    return _encoder.encode(sent)


def parse_request(data: bytes) -> AnyRequest:
    """What a page has posted.  Raises RequestError."""
    return _small(data, _requests)


def parse(data: bytes) -> Sent:
    """What the page's process has handed over.  Raises RequestError."""
    return _small(data, _sent)


def _small(data: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    if len(data) > MOST_BYTES:
        raise RequestError(f"a request of {len(data)} bytes; {MOST_BYTES} are the most")
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RequestError(" ".join(str(error).split())) from error
