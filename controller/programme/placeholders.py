"""`{angle}` and `{hold}` in a prompt's text: filled with what really fits, so that a narrowed plan is never announced wrong.  Pure."""

from __future__ import annotations

import re

from controller.core import panel

KNOWN = ("angle", "hold")


def fill(text: str, *, angle_deg: float, hold_s: float) -> str:
    """`Next: {angle} degrees for {hold}.` -> `Next: 20 degrees for 1 minute.`"""
    return text.replace("{angle}", f"{angle_deg:.0f}").replace("{hold}", panel.spoken(round(hold_s)))


def unknown(text: str) -> str | None:
    """The first thing in braces that is not a placeholder, or a brace without its partner; None when all is well."""
    left = re.sub(r"\{(" + "|".join(KNOWN) + r")\}", "", text)
    found = re.search(r"\{[^{}]*\}|[{}]", left)
    return found[0] if found else None
