"""calibrate: from two places of the table to how the IMU sits on it, with the motor locked out, or a line that says why not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from math import cos, radians, sin
from pathlib import Path

import pytest

from controller.config import ConfigError, load_settings
from controller.core.limits import Limits, Mounting
from controller.core.model import ImuReading
from controller.core.tilt import TiltState, update
from hardware.calibrate import Bench, CalibrationError, mean_of, measure, mounting_from, mounting_toml, with_mounting, write_mounting

G = 9.80665
Vector = tuple[float, float, float]
ORIENTATIONS = [
    (sign_a + a, sign_b + b) for a, b in permutations("xyz", 2) for sign_a, sign_b in product("+-", repeat=2)
]  # head axis, face axis: the 24 ways to sit square to the table


def vector(parts: dict[str, float]) -> Vector:
    """Along signed chip axes: {"-x": 2} is (-2, 0, 0)."""
    found = [0.0, 0.0, 0.0]
    for axis, value in parts.items():
        found["xyz".index(axis[1])] += value if axis[0] == "+" else -value
    return (found[0], found[1], found[2])


def cross(a: Vector, b: Vector) -> Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


class Table:
    """A table moved by hand, and the IMU bolted to it: what gravity and the turn look like in the chip's axes."""

    def __init__(self, head: str = "+x", face: str = "+z", *, off_deg: float = 0.0, upright_deg: float = -75.0) -> None:
        self.head, self.face, self.off_deg, self.upright_deg = head, face, off_deg, upright_deg
        self.angle_deg = 0.0
        self.rate_dps = 0.0
        self.rate_sign = 1.0
        self.shake_mps2 = 0.0
        self.bias_dps: Vector = (0.4, -0.3, 0.2)
        self.time_s = 0.0
        self.estop_closed = False
        self.silent = False
        self.said: list[str] = []

    def sample(self) -> ImuReading | None:
        self.time_s += 0.02
        self.angle_deg += self.rate_dps * 0.02
        tick = round(self.time_s / 0.02)
        angle = radians(self.angle_deg + self.off_deg)
        noise = 0.01 * (tick % 3 - 1) + self.shake_mps2 * (tick % 7)
        accel = vector({self.head: -G * sin(angle) + noise, self.face: G * cos(angle) + noise})
        turn = cross(vector({self.face: 1.0}), vector({self.head: 1.0}))  # descent, right-handed about face x head
        x, y, z = (self.rate_sign * self.rate_dps * part + bias for part, bias in zip(turn, self.bias_dps, strict=True))
        return (
            None if self.silent else ImuReading(accel_mps2=accel, gyro_dps=(x, y, z), chip_time_s=self.time_s, age_s=0.0, configured=True)
        )

    def done(self, what_to_do: str) -> Callable[[], bool]:
        """Level needs no moving; on the way to upright rest the person lifts at 10 deg/s."""
        self.said.append(what_to_do)
        target_deg = self.upright_deg if "upright" in what_to_do else 0.0

        def finished() -> bool:
            there = self.angle_deg <= target_deg
            self.rate_dps = 0.0 if there else -10.0
            return there

        return finished

    def measured(self) -> Mounting:
        return measure(Bench(sample=self.sample, estop_closed=lambda: self.estop_closed, done=self.done), self.said.append)


@pytest.mark.req("PU5")
@pytest.mark.parametrize(("head", "face"), ORIENTATIONS)
def test_each_of_the_24_ways_to_mount_the_imu_is_found(head: str, face: str) -> None:
    assert len(ORIENTATIONS) == 24
    mounting = Table(head, face).measured()
    assert (mounting.head_axis, mounting.face_axis) == (head, face)
    assert mounting.zero_deg == pytest.approx(0.0, abs=0.1)
    assert mounting.gyro_offset_dps == pytest.approx((0.4, -0.3, 0.2), abs=0.001)


@pytest.mark.req("PU5", "SR8")
@pytest.mark.parametrize(("head", "face"), [("+x", "+z"), ("-y", "+z"), ("+z", "-x"), ("-x", "+y")])
def test_the_core_reads_true_level_as_zero_and_descent_as_positive_with_what_was_measured(head: str, face: str) -> None:
    table = Table(head, face, off_deg=4.0)
    mounting = table.measured()
    assert mounting.zero_deg == pytest.approx(4.0, abs=0.1)
    limits = Limits(mounting=mounting)
    table.angle_deg, table.rate_dps = -20.0, 2.0
    tilt = TiltState()
    for _ in range(500):
        reading = table.sample()
        assert reading is not None
        tilt = update(tilt, reading, limits, 0.02)
    assert tilt.angle_deg == pytest.approx(table.angle_deg, abs=0.5)
    assert tilt.rate_dps == pytest.approx(2.0, abs=0.1)


@pytest.mark.req("PU5")
def test_nothing_is_measured_while_the_motor_could_turn() -> None:
    table = Table()
    table.estop_closed = True
    with pytest.raises(CalibrationError, match="press the emergency stop in"):
        table.measured()
    assert table.said == []


@pytest.mark.req("PU5")
def test_letting_the_emergency_stop_out_half_way_ends_it() -> None:
    table = Table()
    plain = table.sample

    def sample() -> ImuReading | None:
        table.estop_closed = 4.0 < table.time_s < 4.1  # while the table is on its way
        return plain()

    table.sample = sample  # type: ignore[method-assign]
    with pytest.raises(CalibrationError, match="press the emergency stop in"):
        table.measured()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"silent": True}, "only 0 good samples"),
        ({"shake_mps2": 0.2}, "the table moved"),
        ({"off_deg": 14.0}, "level reads 14.0 deg; the IMU must sit within 10 deg"),
        ({"upright_deg": -50.0}, "upright rest reads -50.0 deg; allowed -85 to -60"),
        ({"rate_sign": -1.0}, "the rates add up to 7"),
        ({"rate_sign": 0.0}, "the rates add up to 0.0 deg but gravity says -75"),
        ({"bias_dps": (9.0, 0.0, 0.0)}, "mounting.gyro_offset_dps: 9.0 is outside"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(wrong: dict[str, float], says: str) -> None:
    table = Table()
    for name, value in wrong.items():
        setattr(table, name, value)
    with pytest.raises(CalibrationError, match=says) as raised:
        table.measured()
    assert "\n" not in str(raised.value)


def test_a_gravity_that_is_none_is_refused() -> None:
    samples = [ImuReading(accel_mps2=(0.0, 0.0, 8.5), chip_time_s=i * 0.02, age_s=0.0, configured=True) for i in range(100)]
    with pytest.raises(CalibrationError, match=r"gravity reads 8\.50"):
        mean_of(samples)


def test_the_two_axes_are_never_the_same_one() -> None:
    place = mean_of([ImuReading(accel_mps2=(0.0, 0.0, G), age_s=0.0, configured=True)] * 60)
    assert mounting_from(place, place).head_axis[1] != "z"


# ------------------------------------------------------------------ the settings file

MEASURED = Mounting(head_axis="-y", face_axis="+z", zero_deg=1.234, gyro_offset_dps=(0.1, -0.2, 0.3))
BEFORE = """\
# this table stands in the clinic
[limits]
rate_dps = 1.2  # slower than usual

[mounting]
head_axis = "+x"
# an old note
zero_deg = 3.0

[hardware]
i2c_bus = 1
"""


@pytest.mark.req("PU5")
def test_only_the_mounting_changes_and_every_other_line_stays(tmp_path: Path) -> None:
    file = tmp_path / "table.toml"
    file.write_text(BEFORE, encoding="utf-8")
    file.chmod(0o640)
    write_mounting(file, MEASURED)
    text = file.read_text(encoding="utf-8")
    for line in ("# this table stands in the clinic", "rate_dps = 1.2  # slower than usual", "[hardware]", "i2c_bus = 1"):
        assert line in text.splitlines()
    assert "an old note" not in text
    settings = load_settings(file)
    assert settings.limits.mounting == MEASURED
    assert settings.limits.rate_dps == 1.2
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["table.toml"]


@pytest.mark.parametrize("text", ["", "[limits]\nrate_dps = 1.2\n", "[mounting]\n", "[mounting]", BEFORE])
def test_writing_twice_is_writing_once(text: str) -> None:
    once = with_mounting(text, MEASURED)
    assert with_mounting(once, MEASURED) == once
    assert once.count("[mounting]") == 1
    assert mounting_toml(MEASURED) in once


def test_a_settings_file_that_is_wrong_elsewhere_is_left_alone_and_named(tmp_path: Path) -> None:
    file = tmp_path / "table.toml"
    file.write_text("[limits]\nrate_dps = 9\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="rate_dps"):
        write_mounting(file, MEASURED)
    assert file.read_text(encoding="utf-8") == "[limits]\nrate_dps = 9\n"
    assert [path.name for path in tmp_path.iterdir()] == ["table.toml"]


def test_without_a_settings_file_one_is_made(tmp_path: Path) -> None:
    write_mounting(tmp_path / "new.toml", MEASURED)
    assert load_settings(tmp_path / "new.toml").limits.mounting == MEASURED
