"""The reference table as numbers, each with its source, and the people on it.  Values only; the physics is in sim/native."""

from __future__ import annotations

from dataclasses import dataclass

Ends = tuple[float, float]
"""The two ends of a range, in the unit that the number's name carries."""


@dataclass(frozen=True, slots=True)
class Part:
    """One number of the table, where it comes from, and the range of it in which other tables were tried (sim/plants.py).

    "judgement" says that no data sheet stands behind a figure; its range is then wide on purpose.
    """

    value: float
    source: str
    tried: Ends | None = None


TABLE: dict[str, Part] = {
    "frame_mass_kg": Part(24.0, "tilting part of a motorised table; whole tables weigh 30..45 kg (product pages); judgement", (18.0, 32.0)),
    "frame_balance_m": Part(-0.02, "slightly foot-heavy, so that the empty table goes head-up by itself; judgement", (-0.05, 0.0)),
    "frame_lift_m": Part(0.02, "pivot just under the bed; judgement", (0.0, 0.04)),
    "frame_inertia_kgm2": Part(
        9.0, "1.9 m frame of 24 kg as a rod about its middle, m L^2 / 12, and the drive side's sector; judgement", (5.0, 14.0)
    ),
    "pivot_coulomb_nm": Part(3.0, "two flange bearings under 1.5 kN, mu 0.02 at 25 mm, and the seals; judgement", (1.0, 10.0)),
    "static_factor": Part(1.25, "breakaway over sliding friction, greased steel on bronze 1.2..1.4; judgement", (1.1, 1.4)),
    "pivot_viscous_nms": Part(4.0, "grease; small against everything else; judgement", (1.0, 10.0)),
    "gear_ratio": Part(2854.0, "28 quadrature counts a motor turn (7-pole Hall encoder) make 222 counts a degree"),
    "gear_forward": Part(
        0.60,
        "worm 0.70, planetary 0.86. Worms of 20 : 1 have 0.65..0.82 (wormwheelgear.top); self-locking below 0.45 (SEVA-tec FAQ 2.1.3)",
        (0.5, 0.72),
    ),
    "gear_backward": Part(0.33, "2 - 1 / forward, the textbook relation for a worm: not self-locking, it can creep", (0.05, 0.612)),
    "rotor_inertia_kgm2": Part(
        1.2e-4,
        "120 W 24 V brushed motor of 80 mm; 977 kg m^2 seen from the pivot: most of what must be stopped; judgement",
        (0.7e-4, 1.6e-4),
    ),
    "rotor_friction_nm": Part(
        0.004,
        "least of the class on purpose: it would help every stop. No-load currents are stated to 50 % (Kaehlig M28x20), 0.3..0.6 A here",
        (0.004, 0.045),
    ),
    "motor_ohm": Part(
        0.6,
        "40 A locked; stated to 5..8 % (Kaehlig M28x20, Airpax 9904 120 524); 60 K of heat are a quarter more",
        (0.55, 0.8),
    ),
    "motor_nm_per_a": Part(
        0.0803,
        "24 V / 299 rad/s: 6 deg/s at the pivot without load at full duty; EMF stated to 10 % (Airpax 9904 120 524)",
        (0.072, 0.088),
    ),
    "brake_nm": Part(
        600.0,
        "spring-applied; one disc goes to 600 Nm (INTORQ BFK458 catalogue); 2.4 x the worst 150 kg load of 245 Nm",
        (600.0, 800.0),
    ),
    "brake_delay_s": Part(
        0.050,
        "what the design asks for, nothing and then all of it; stock discs: 42 ms at 60 Nm, 230 at 400 (INTORQ BA 14.0217)",
        (0.03, 0.06),
    ),
    "contactor_close_s": Part(0.015, "pull-in of a small DC contactor, 10..25 ms; judgement", (0.01, 0.02)),
    "contactor_open_s": Part(0.008, "drop-out without a diode across the coil, 5..10 ms; judgement", (0.005, 0.012)),
    "stop_up_deg": Part(-75.0, "head-up mechanical stop, upright rest"),
    "stop_down_deg": Part(94.0, "head-down mechanical stop"),
    "stop_nm_per_rad": Part(60000.0, "rubber buffer: 0.2 deg under 200 Nm"),
    "stop_nms_per_rad": Part(4000.0, "buffer loss, no bounce"),
    "damper_nms_per_rad": Part(2800.0, "release lever's damper: 245 Nm gives 5 deg/s, the requirement"),
    "overcurrent_a": Part(20.0, "comparator behind the current sense; the sense itself reads +-25 A"),
    "battery_ah": Part(7.2, "two 12 V sealed lead-acid blocks"),
    "battery_ohm": Part(
        0.06,
        "2 x 25 mohm and cables; a charged block: 27 mohm at 5 Ah (NP12 5 Ah), 6 at 28 Ah (Panasonic LC-X1228); twice when old",
        (0.03, 0.12),
    ),
    "battery_full_v": Part(25.7, "open circuit, rested, charged", (25.2, 26.2)),
    "battery_empty_v": Part(22.8, "open circuit at the end of the usable charge"),
    "charge_fraction": Part(0.95, "floating on its charger"),
    "mains_v": Part(27.2, "float voltage, 13.4..13.8 V a block (Panasonic LC-X1228, NP12 5 Ah data sheets)", (26.8, 27.6)),
    "mains_ohm": Part(0.05, "supply and cable; judgement", (0.02, 0.1)),
    "board_a": Part(0.15, "drive board, sensors, contactor coil"),
    "coil_a": Part(1.4, "33 W brake coil; judgement", (0.8, 2.0)),
    "imu_from_pivot_m": Part(0.4, "on the frame towards the head; judgement", (0.2, 0.6)),
    "pot_zero_counts": Part(2046.0, "sum of four 10-bit conversions at level"),
    "pot_counts_per_deg": Part(19.25, "1925 counts in 100 deg"),
    "pot_noise_counts": Part(1.2, "0.06 deg of conductive-plastic and converter noise; judgement", (0.6, 2.0)),
    "pot_bow_counts": Part(3.0, "0.15 deg, what a line through level and the ends leaves of a 0.1 % potentiometer", (0.0, 4.0)),
    "encoder_counts_per_deg": Part(222.0, "28 x 2854 / 360"),
    "bounce_ms": Part(5.0, "snap-action switches, 1..8 ms"),
}

IMU_AXES = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
"""Chip x towards the head, y to the right hand, z out of the face the person lies on: the default mounting."""
IMU_ACCEL_BIAS_MPS2 = (0.02, -0.015, 0.02)
"""2 mg: what is left of the LSM6DSOX's 20 mg zero-g level (ST data sheet DS12814) after calibrate."""
IMU_GYRO_BIAS_DPS = (0.02, -0.03, 0.02)
"""What is left of the 1 deg/s zero-rate level after calibrate, with 20 K of drift (0.01 deg/s a kelvin is the worst)."""

END_STOP_UP_DEG = -75.5
END_STOP_DOWN_DEG = 92.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who lies on the table.  `balance_m`: centre of mass from the pivot along the body, + towards the head."""

    mass_kg: float = 80.0  # 0..150
    height_m: float = 1.75
    balance_m: float = -0.01  # set up slightly foot-heavy, as table makers advise
    lift_m: float = 0.08  # centre of mass over the pivot when level
    arms_overhead: float = 0.0

    def __post_init__(self) -> None:
        for name, least, most in (("mass_kg", 0.0, 150.0), ("height_m", 1.4, 2.1), ("balance_m", -0.3, 0.3), ("lift_m", 0.0, 0.2)):
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"person: {name} {value} is outside {least} to {most}")


NOBODY = Person(mass_kg=0.0)
EVERYBODY = Person()
HEAVIEST = Person(mass_kg=132.0, height_m=1.85, balance_m=0.02, lift_m=0.10)
"""132 kg: the strictest table's 350 lb divided by the guide's factor 1.2."""
