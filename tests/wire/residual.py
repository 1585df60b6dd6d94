"""How often damage on the wire gets past CRC and COBS together: `python -m tests.wire.residual` prints the figures; changes nothing."""

from __future__ import annotations

import sys
from math import comb

from tests.wire.native import codec

WIRE_BITS = 160
MOST_FLIPS = 12
FRAMES = 10_000_000
FRAMES_PER_HOUR = 50 * 3600


def forged_of(flips: int, frames: int) -> tuple[int, int]:
    """(frames accepted with other data than sent, those of them that also are a message) with exactly so many bits flipped."""
    ffi, lib = codec()
    result = ffi.new("campaign_t *")
    lib.campaign_flips(1 + flips, frames, flips, result)
    return int(result.forged), int(result.forged_messages)


def per_frame(rates: list[float], bit_error_rate: float) -> float:
    """Chance that a frame is forged at this bit error rate; more flips than measured count like the worst measured."""
    chances = [comb(WIRE_BITS, k) * bit_error_rate**k * (1 - bit_error_rate) ** (WIRE_BITS - k) for k in range(WIRE_BITS + 1)]
    return sum(chance * (rates[k] if k < len(rates) else max(rates)) for k, chance in enumerate(chances) if k)


def main() -> None:
    frames, messages = [0.0], [0.0]
    sys.stdout.write(f"bits flipped of {WIRE_BITS} on the wire, {FRAMES} frames each: forged frames, forged messages\n")
    for flips in range(1, MOST_FLIPS + 1):
        forged, forged_messages = forged_of(flips, FRAMES)
        frames.append(forged / FRAMES)
        messages.append(forged_messages / FRAMES)
        sys.stdout.write(f"  {flips:2}  {forged:5}  {forged_messages:5}\n")
    sys.stdout.write("bit error rate: forged per frame; forged messages per hour of commands (50 a second)\n")
    for rate in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2):
        sys.stdout.write(f"  {rate:.0e}  {per_frame(frames, rate):.1e}  {per_frame(messages, rate) * FRAMES_PER_HOUR:.1e}\n")


if __name__ == "__main__":
    main()
