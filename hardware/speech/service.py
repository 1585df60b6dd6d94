"""`inversion-table speak`: puts the loudspeaker's parts together and runs until told to stop.  Has no pin, no bus, no board."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic

from controller import strict_toml
from controller.config import ConfigError, Settings, load_settings
from controller.exit_codes import ExitCode
from controller.therapy import protocols_or_shipped
from controller.voice import catalogue
from hardware.notify import SystemdHeartbeat
from hardware.speech.ahead import phrases
from hardware.speech.mouth import Mouth, listen
from hardware.speech.player import Player
from hardware.speech.renderer import Renderer, SpeechError
from hardware.stop_signal import StopSignal
from hardware.voice import SOCKET

CACHE_FOLDER = Path("/var/cache/inversion-table")


def speak(settings_path: Path | None, complain: Callable[[str], None], player: Callable[[str], Player] = Player) -> ExitCode:
    """Speak what arrives, in the settings' language."""
    stop = StopSignal()
    try:
        settings = load_settings(settings_path)
        phrase_book = catalogue.load()
        language = _language(settings, phrase_book, settings_path)
        renderer = Renderer(phrase_book, Path(os.environ.get("CACHE_DIRECTORY", "") or CACHE_FOLDER))
        mouth = Mouth(
            catalogue=phrase_book,
            language=language,
            renderer=renderer,
            player=player(settings.voice.device),
            complain=complain,
        )
        with closing(listen(Path(settings.voice.socket or SOCKET))) as ear, closing(SystemdHeartbeat()) as heartbeat:
            heartbeat.ready()
            # a wrong protocol is the service's to refuse; here it is only not rendered ahead
            protocols, _ = protocols_or_shipped(settings, lambda wrong: complain(f"not rendered ahead: {wrong}"))
            mouth.run(ear, phrases(protocols, settings.limits, settings.rules), monotonic, lambda: stop.asked)
    except (ConfigError, strict_toml.FileError) as error:
        complain(str(error))
        return ExitCode.CONFIG
    except SpeechError as error:
        complain(str(error))
        return ExitCode.UNAVAILABLE
    except OSError as error:
        complain(f"{error.filename or 'the voice socket'}: {error.strerror or error}")
        return ExitCode.CANNOT_WRITE
    return ExitCode.OK


def _language(settings: Settings, phrase_book: catalogue.Catalogue, path: Path | None) -> str:
    language = settings.voice.language
    if language not in phrase_book.languages:
        known = ", ".join(sorted(phrase_book.languages))
        raise ConfigError(f"{path}: voice.language: {language!r} is not in the phrase file; one of {known}")
    return language
