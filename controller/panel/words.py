"""Each mode in the words of somebody who looks on: what happens, why, and how the person gets back up.  Text only.

What the person on the table reads and hears is the core's (controller/core/panel.py, words.py); this is for the page.
"""

from __future__ import annotations

import msgspec

from controller.core.limits import Limits
from controller.core.model import Mode
from controller.core.panel import LOOKS
from controller.core.words import WORDS

ABOUT: dict[Mode, tuple[str, str]] = {
    # mode: (what happens and why, what comes next or how to get back up)
    Mode.STARTING: (
        "The controller has just started. It reads every sensor and listens for the drive board before it believes anything.",
        "A table found away from upright may only come up.",
    ),
    Mode.IDLE: (
        "The table stands upright and waits. Nothing moves until START is pressed, and it is obeyed only when nothing stands in its way.",
        "Close the ankle locks, have the spotter press SPOTTER, then press START.",
    ),
    Mode.PROOF_TEST: (
        "Before every descent the table proves itself: brake, emergency stop, locks, sensors, motor current and battery.",
        "It moves a few degrees and back. If one test fails there is no inversion.",
    ),
    Mode.DESCENDING: (
        "The head end goes down, so slowly that blood pressure does not notice.",
        "RETURN brings the person up at any time; E-STOP stops dead.",
    ),
    Mode.HOLDING: (
        "The angle is reached. The brake holds and the motor is off.",
        "The return begins by itself when the time is over; RETURN begins it now.",
    ),
    Mode.PAUSED: (
        "Something is not as it should be. The table has stopped and asks.",
        "OK goes on, RETURN comes up. No answer: it comes up.",
    ),
    Mode.RETURNING: (
        "The head end comes up slowly, so that the blood pressure can follow.",
        "There is a rest at 30 degrees on every return. DIZZY stops it there.",
    ),
    Mode.RESTING: ("The rest of the return: the body gets used to less pressure in the head.", "It goes on up by itself."),
    Mode.BOARD_RETURN: (
        "The drive board brings the person up by itself, from its own sensors and its own clock.",
        "It rests at 30 degrees, waits at level until OK or RETURN, then goes upright.",
    ),
    Mode.LEVEL_WAIT: (
        "The person did not ask for this return, so nobody unconscious is stood up: the table waits at level.",
        "OK or RETURN goes on to upright. Help is being called until then.",
    ),
    Mode.DIZZY_BACK: ("The person felt dizzy on the way up: back down to 30 degrees, slowly.", "RETURN comes up when it has passed."),
    Mode.DIZZY_WAIT: ("Waiting for the dizziness to pass.", "RETURN goes on up."),
    Mode.SETTLING: (
        "Upright again. The person stands still until the blood pressure has settled.",
        "The lamp RELEASE OK says when to open the locks.",
    ),
    Mode.RELEASE: ("The session is over and the ankle locks may be opened.", "Open both locks."),
    Mode.STOPPED: (
        "Motor power is cut and the brake is set, because the motion itself may be what hurts.",
        "Twist the mushroom out, then hold RETURN: the table comes up slowly while it is held. Upright, hold OK for 3 s.",
    ),
    Mode.RESCUE: ("Coming up at half rate, only while RETURN is held.", "Let go and it stops at once."),
    Mode.FAULT: ("The drive board has stopped the motor for a fault.", "Press RETURN once for one slow return. Upright, hold OK for 3 s."),
}

NUMBERS = ("upright_deg", "level_deg", "gate_deg", "gate_half_deg", "ceiling_deg", "max_inverted_s", "settling_s", "rest_s")
"""Limits that the page draws."""


REASONS = {name: happened for name, (happened, _) in WORDS.items()} | {"locks_early": "The ankle locks were opened before the time."}
"""Each reason of the story and of a session's end by its name, from the table that the panel speaks by."""


def page_words(limits: Limits) -> bytes:
    """Everything the page says that does not change, as JSON."""
    modes = {
        mode.value: {"title": LOOKS[mode].title.replace("{target}°", "the angle"), "happens": happens, "next": following}
        for mode, (happens, following) in ABOUT.items()
    }
    return msgspec.json.encode({"modes": modes, "reasons": REASONS, "limits": {name: getattr(limits, name) for name in NUMBERS}})
