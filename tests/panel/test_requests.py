"""SR12: every message that the page can send to the service, each field of it, and what is made of anything else."""

from __future__ import annotations

import typing

import msgspec
import pytest

from controller.programme.sessions import When
from controller.requests import AnyRequest, Rate, RequestError, Sent, encode, parse, parse_request

FIELDS = {
    "choose": {"person"},
    "protocol": {"person", "protocol"},
    "questions": {"person", "yes", "no"},
    "checklist": {"person", "session", "confirmed"},
    "practised": {"person"},
    "prepared": {"person", "session", "what"},
    "rating": {"person", "session", "when", "pain", "toe_touch_cm", "stiffness_minutes", "doses", "night_pain"},
    "felt": {"person", "session", "signs", "dizzy_minutes", "note"},
}
"""All that can be asked: who is next, what is shown first, what is recorded about somebody."""
OF_MOTION = (
    *("start", "return", "dizzy", "ok", "select", "spotter", "estop", "stop", "reset", "button", "press", "angle", "rate_dps", "target"),
    *("hold", "limit", "clear", "sign_off", "command", "mode", "lock", "brake", "motor", "go", "erase", "add", "acknowledge"),
)


def kinds() -> dict[str, type[msgspec.Struct]]:
    return {str(kind.__struct_config__.tag): kind for kind in typing.get_args(AnyRequest)}


@pytest.mark.req("SR12")
def test_every_message_and_every_field_of_it_stands_here() -> None:
    assert {tag: set(kind.__struct_fields__) for tag, kind in kinds().items()} == FIELDS
    assert set(Sent.__struct_fields__) == {"token", "made_s", "request"}


@pytest.mark.req("SR12")
@pytest.mark.parametrize("word", OF_MOTION)
def test_no_word_of_motion_limits_or_clearance_is_a_message(word: str) -> None:
    with pytest.raises(RequestError, match="do"):
        parse_request(b'{"do": "%s", "person": "ada"}' % word.encode())


RATING = b'{"do": "rating", "person": "ada", "session": 3, "when": "after", "pain": 4, "toe_touch_cm": 12.5, "night_pain": false}'
LONGEST = b'{"do":"felt","person":"' + b"a" * 64 + b'","session":1000000,"signs":["pain_up","shooting_pain","numbness","blurred_vision",'
LONGEST += b'"headache","long_dizziness"],"dizzy_minutes":14400,"note":"' + "ü".encode() * 200 + b'"}'


def test_an_honest_request_goes_over_whole() -> None:
    request = parse_request(RATING)
    assert request == Rate(person="ada", session=3, when=When.AFTER, pain=4, toe_touch_cm=12.5, night_pain=False)
    sent = Sent(token="t" * 32, made_s=12.5, request=request)
    assert parse(encode(sent)) == sent


def test_the_longest_honest_request_fits() -> None:
    sent = Sent(token="t" * 64, made_s=1e9 + 0.123456, request=parse_request(LONGEST))
    assert len(encode(sent)) < 2048


HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"\xff\xfe\x00",
    b'{"do": "rating"}',
    b"[" * 2000,
    RATING + b" " * 2048,
    RATING.replace(b'"pain": 4', b'"pain": 11'),
    RATING.replace(b'"pain": 4', b'"pain": -1'),
    RATING.replace(b'"pain": 4', b'"pain": "4"'),
    RATING.replace(b'"pain": 4', b'"pain": 4.5'),
    RATING.replace(b'"pain": 4', b'"pain": true'),
    RATING.replace(b"12.5", b"NaN"),
    RATING.replace(b"12.5", b"1e999"),
    RATING.replace(b"12.5", b"151"),
    RATING.replace(b"after", b"later"),
    RATING.replace(b'"session": 3', b'"session": 0'),
    RATING.replace(b'"session": 3', b'"session": 99999999999999999999'),
    RATING.replace(b'"ada"', b'"../ada"'),
    RATING.replace(b'"ada"', b'"ada\\n"'),
    RATING.replace(b'"ada"', b'"Ada"'),
    RATING.replace(b'"ada"', b'"ada\' OR 1=1 --"'),
    RATING.replace(b'"ada"', b"null"),
    RATING.replace(b'"ada"', b'"' + b"a" * 65 + b'"'),
    RATING[:-1] + b', "angle_deg": 90}',
    b'{"do": "checklist", "person": "ada", "session": 1, "confirmed": ["everything"]}',
    b'{"do": "felt", "person": "ada", "session": 1, "signs": [], "note": "' + b"x" * 201 + b'"}',
    b'{"do": "protocol", "person": "ada", "protocol": "/etc/passwd"}',
]


@pytest.mark.req("SR12")
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_not_a_request_is_refused_in_one_line(body: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        parse_request(body)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"token": "short", "made_s": 1.0, "request": ' + RATING + b"}",
        b'{"token": "' + b"t" * 32 + b'", "request": ' + RATING + b"}",
        b'{"token": "' + b"t" * 32 + b'", "made_s": 1.0, "request": {"do": "start"}}',
        b'{"token": "' + b"t" * 32 + b'", "made_s": 1.0, "urgent": true, "request": ' + RATING + b"}",
    ],
)
def test_an_envelope_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(RequestError):
        parse(body)
