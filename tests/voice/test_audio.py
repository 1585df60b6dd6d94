"""What comes out of the loudspeaker: the real command, the real engine, the real player, into ALSA's file plugin."""

from __future__ import annotations

import array
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from controller.core.limits import Limits
from controller.core.words import PHRASES, RESCUE_STEPS
from controller.programme.protocols import builtin_protocols
from controller.programme.rules import Rules
from controller.voice.catalogue import Spoken, load
from hardware.speech.ahead import phrases
from hardware.speech.renderer import Renderer, length_s
from hardware.voice import Voice
from tests.voice import loudspeaker

ROOT = Path(__file__).parents[2]
CATALOGUE = load()
COMING_UP = PHRASES[next(mode for mode in PHRASES if mode.value == "RETURNING")]
HELP = RESCUE_STEPS[2]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def wait_until(true: Callable[[], bool], within_s: float = 30.0) -> None:
    until_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until_s
        time.sleep(0.01)


@contextmanager
def table(folder: Path, cache: Path, *, language: str = "en", device: str = "") -> Iterator[Voice]:
    """`inversion-table speak` as its unit runs it; what it complained of is in `folder`/complaints."""
    place = folder / "voice"
    settings = folder / "settings.toml"
    settings.write_text(f'[voice]\nlanguage = "{language}"\nsocket = "{place}"\ndevice = """{device or loudspeaker.device(folder)}"""\n')
    with (folder / "complaints").open("w") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "hardware", "speak", "--settings", str(settings)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "CACHE_DIRECTORY": str(cache)},
            stderr=complaints,
        )
    voice = Voice(lambda _line: None, str(place))
    try:
        wait_until(place.exists)
        yield voice
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        voice.close()


def complained(complaints: Path, count: int) -> bool:
    return complaints.read_text().count("the loudspeaker: ") == count


def sound(cache: Path, english: str, language: str = "en") -> bytes:
    """What the loudspeaker should give for a phrase."""
    return loudspeaker.samples(Renderer(CATALOGUE, cache).file(CATALOGUE.speak(english, language)))


SPOKEN = sorted({phrase.format(target=20, hold="1 minute") for phrase in PHRASES.values() if phrase} | set(RESCUE_STEPS))


@pytest.mark.req("PU2")
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_phrase_is_audible_and_as_long_as_speaking_it_takes(cache: Path, language: str) -> None:
    renderer = Renderer(CATALOGUE, cache)
    for english in SPOKEN:
        spoken = CATALOGUE.speak(english, language)
        file = renderer.file(spoken)
        seconds_a_letter = length_s(file) / len(spoken.text)
        assert 0.04 < seconds_a_letter < 0.25, spoken.text
        loudest = max(abs(value) for value in array.array("h", loudspeaker.samples(file)))
        assert loudest > 8000, spoken.text


def test_a_phrase_is_rendered_once(cache: Path) -> None:
    renderer, spoken = Renderer(CATALOGUE, cache), Spoken(text="Coming up.", language="en")
    first = renderer.file(spoken)
    written_ns = first.stat().st_ctime_ns
    first.write_bytes(first.read_bytes())
    again = renderer.file(spoken)
    assert (again, renderer.has(spoken)) == (first, True)
    assert again.stat().st_ctime_ns >= written_ns
    assert list(cache.glob("*.part")) == []


def test_phrases_are_heard_whole_and_in_the_order_they_were_said(cache: Path, tmp_path: Path) -> None:
    said = ["Ready.", COMING_UP, "Going on up."]
    with table(tmp_path, cache) as voice:
        for phrase in said:
            voice.say(phrase, urgent=False)
        wait_until(lambda: sound(cache, said[-1]) in loudspeaker.heard(tmp_path))
    heard = loudspeaker.heard(tmp_path)
    places = [heard.find(sound(cache, phrase)) for phrase in said]
    assert places == sorted(places)
    assert -1 not in places
    assert voice.unheard == 0
    assert (tmp_path / "complaints").read_text() == ""


@pytest.mark.req("PU2", "SR14")
def test_a_call_for_help_cuts_a_prompt_in_the_middle_of_it(cache: Path, tmp_path: Path) -> None:
    prompt = sound(cache, COMING_UP)
    with table(tmp_path, cache, device=loudspeaker.device(tmp_path, slowly=True)) as voice:
        voice.say(COMING_UP, urgent=False)
        wait_until(lambda: len(loudspeaker.heard(tmp_path)) > 20_000)
        voice.say(HELP, urgent=True)
        wait_until(lambda: sound(cache, HELP) in loudspeaker.heard(tmp_path))
    heard = loudspeaker.heard(tmp_path)
    assert heard.startswith(prompt[:20_000])
    assert prompt not in heard


def test_the_settings_choose_the_language(cache: Path, tmp_path: Path) -> None:
    with table(tmp_path, cache, language="de") as voice:
        voice.say(COMING_UP, urgent=False)
        wait_until(lambda: sound(cache, COMING_UP, "de") in loudspeaker.heard(tmp_path))


def test_everything_the_table_can_say_is_rendered_before_it_is_needed(cache: Path, tmp_path: Path) -> None:
    renderer, ahead = Renderer(CATALOGUE, cache), phrases(builtin_protocols(), Limits(), Rules())
    with table(tmp_path, cache):
        wait_until(lambda: all(renderer.has(CATALOGUE.speak(english, "en")) for english in ahead), within_s=120.0)


def test_a_loudspeaker_that_cannot_be_opened_is_one_line_and_the_next_phrase_is_tried(cache: Path, tmp_path: Path) -> None:
    complaints = tmp_path / "complaints"
    with table(tmp_path, cache, device="no_such_loudspeaker") as voice:
        for count, phrase in enumerate(("Ready.", "Paused."), start=1):
            voice.say(phrase, urgent=False)
            wait_until(partial(complained, complaints, count))
    assert all(line.startswith("inversion-table: the loudspeaker: ") for line in complaints.read_text().splitlines())


@pytest.mark.req("SR12")
def test_what_is_no_phrase_is_one_line_and_nothing_is_said(cache: Path, tmp_path: Path) -> None:
    with table(tmp_path, cache) as voice:
        for datagram in (b"\xff\xfe", b"[]", b'{"say": "x", "rate_dps": 3}', b'{"say": 5}'):
            voice._socket.sendto(datagram, str(tmp_path / "voice"))
        voice.say("Ready.", urgent=False)
        wait_until(lambda: sound(cache, "Ready.") in loudspeaker.heard(tmp_path))
    assert (tmp_path / "complaints").read_text().count("inversion-table: not a phrase: ") == 4


@pytest.mark.parametrize(
    ("missing", "says"),
    [("espeak-ng", "espeak-ng is not installed"), ("aplay", "aplay is not installed")],
)
def test_without_engine_or_player_one_line_says_how_to_get_it(tmp_path: Path, missing: str, says: str) -> None:
    (tmp_path / "bin").mkdir()
    for tool in {"espeak-ng", "aplay"} - {missing}:
        (tmp_path / "bin" / tool).symlink_to(f"/usr/bin/{tool}")
    done = subprocess.run(
        [sys.executable, "-m", "hardware", "speak"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "bin"), "PYTHONPATH": str(ROOT), "CACHE_DIRECTORY": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (69, 1)
    assert says in done.stderr
    assert "sudo apt install" in done.stderr


def test_a_language_nobody_wrote_is_one_line_with_what_would_be_right(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[voice]\nlanguage = "tlh"\n')
    done = subprocess.run(
        [sys.executable, "-m", "hardware", "speak", "--settings", str(settings)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 78
    assert done.stderr == f"inversion-table: {settings}: voice.language: 'tlh' is not in the phrase file; one of de, en\n"


def test_the_service_goes_on_when_no_loudspeaker_listens(tmp_path: Path) -> None:
    lines: list[str] = []
    voice = Voice(lines.append, str(tmp_path / "nobody"))
    voice.say("Coming up.", urgent=True)
    voice.close()
    assert (lines, voice.unheard) == (["voice (urgent): Coming up."], 1)
