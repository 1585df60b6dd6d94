"""A settings file is taken whole and right, or refused in one line that says where, what and what would be right."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.config import (
    ConfigError,
    HardwareSettings,
    PanelSettings,
    ProgrammeSettings,
    RecordSettings,
    RemoteSettings,
    Settings,
    TableSettings,
    VoiceSettings,
    load_settings,
)
from controller.core.limits import RANGES, Limits, Mounting
from controller.exit_codes import MEANINGS, ExitCode
from controller.programme.rules import NUMBERS, Rules

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "systemd" / "inversion-table.toml"


SECTIONS = (HardwareSettings, RecordSettings, ProgrammeSettings, VoiceSettings, PanelSettings, TableSettings, RemoteSettings)


UNMEASURED = Limits(current=None)
"""Built in: a table whose motor current nobody has measured, on which nobody passes the load check."""


def sections(settings: Settings) -> tuple[object, ...]:
    """Every table of the file but limits, mounting and rules."""
    return settings.hardware, settings.records, settings.programme, settings.voice, settings.panel, settings.table, settings.remote


def settings_from(text: str | bytes, folder: Path) -> Settings:
    file = folder / "settings.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_settings(file)


def refusal(text: str | bytes, folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        settings_from(text, folder)
    says = str(caught.value)
    assert "\n" not in says
    assert caught.value.exit_code is ExitCode.CONFIG
    return says.removeprefix(f"{folder}/")


REFUSALS = [
    ("[limits]\nrate_dps = 9.0", "settings.toml:2: limits.rate_dps: 9.0 is above the hard limit 3.0; allowed 1.0 to 3.0 (SR4)"),
    ("[table]\ncapacity_kg = 20", "settings.toml:2: table.capacity_kg: 20 is outside 50 to 300 (TP2)"),
    ("[table]\nheight_most_cm = 150", "settings.toml:2: table.height_most_cm: 150 must be more than height_least_cm (TP2)"),
    (
        "[rules]\n\nweek_5_angle_deg = 91",
        "settings.toml:3: rules.week_5_angle_deg: 91 is outside 5 to 90 (TP4): a table may be stricter than the guide, never looser",
    ),
    ("[rules]\nload_ratio = 1.1", "settings.toml:2: rules.load_ratio: 1.1 is outside 1.2 to 2 (TP2): a table may be stricter"),
    ("[rules]\nspotter_sessions = 9", "settings.toml:2: rules.spotter_sessions: 9 is outside 10 to 1000 (TP8): a table may be stricter"),
    (
        "[rules]\nmaintenance_per_week = 3",
        "settings.toml:2: rules.maintenance_per_week: 3 is outside 1 to 2 (TP6): a table may be stricter",
    ),
    (
        "[rules]\nearly_pain_points = 1",
        "settings.toml:2: rules.early_pain_points: 1 is not the fixed value 0 (TP9); it cannot be configured",
    ),
    ("[rules]\nbreak_days = 7.5", "settings.toml:2: rules.break_days: 7.5 will not do; it must be a whole number"),
    ("[rules]\nload_ratio = inf", "settings.toml:2: rules.load_ratio: inf is outside 1.2 to 2 (TP2): a table may be stricter"),
    ("[rules]\nweek_5_angle = 60", "settings.toml:2: rules.week_5_angle: unknown key: wrong or missing unit; the key is week_5_angle_deg"),
    (
        "[rules]\nfirst_angle_deg = 12\nweek_5_angle_deg = 50",
        "settings.toml:3: rules.week_5_angle_deg: 50 is less than weeks_3_4_angle_deg, which is 60 (TP4); set that to 50 or less as well:",
    ),
    (
        "[rules]\nweeks_1_2_per_day = 1",
        "settings.toml:2: rules.weeks_1_2_per_day: 1 is less than weeks_3_4_per_day, which is 2 (TP6); set that to 1 or less as well:",
    ),
    ("[limits]\nrest_s = 9", "settings.toml:2: limits.rest_s: 9.0 is below the hard limit 10.0; allowed 10.0 to 15.0 (SR3)"),
    ("[limits]\nmax_inverted_s = 601", "settings.toml:2: limits.max_inverted_s: 601.0 is above the hard limit 600.0;"),
    ("[limits]\n\ngate_deg = 25", "settings.toml:3: limits.gate_deg: 25.0 is not the fixed value 30.0 (SR3); it cannot be configured"),
    ("limits.rate_dps = 0.5", "settings.toml:1: limits.rate_dps: 0.5 is below the hard limit 1.0;"),
    ("[limits]\nrate_dps = nan", "settings.toml:2: limits.rate_dps: nan is not a finite number; allowed 1.0 to 3.0 (SR4)"),
    ("[limits]\nrate_dsp = 1.5", "settings.toml:2: limits.rate_dsp: unknown key; did you mean rate_dps?"),
    ("[limits]\nrest_ms = 12000", "settings.toml:2: limits.rest_ms: unknown key: wrong or missing unit; the key is rest_s"),
    ("[limits]\nrest = 12", "settings.toml:2: limits.rest: unknown key: wrong or missing unit; the key is rest_s"),
    ("[limits]\nrest_s = '12 s'", "settings.toml:2: limits.rest_s: '12 s' will not do; it must be a number"),
    ("[limits]\nrest_s = true", "settings.toml:2: limits.rest_s: true will not do; it must be a number"),
    ("[limts]\nrest_s = 12", "settings.toml:1: limts: unknown key; did you mean limits?"),
    ("# a\nfrobnicate = 1", "settings.toml:2: frobnicate: unknown key; known here: limits, mounting, load, hardware, records, programme"),
    ("limits = 3", "settings.toml:1: limits: 3 will not do; it must be a table"),
    ("[mounting]\nhead_axis = 'up'", "settings.toml:2: mounting.head_axis: 'up' is no chip axis; allowed +x, -x, +y, -y, +z, -z"),
    ("[mounting]\nhead_axis = '-z'", "settings.toml:1: mounting.face_axis: '+z' is the head axis too;"),
    ("[mounting]\naccel_offset_mps2 = [0, 0]", "settings.toml:2: mounting.accel_offset_mps2: has 2 entries; it needs 3"),
    (
        "[mounting]\ngyro_offset_dps = [0, 'a', 0]",
        "settings.toml:2: mounting.gyro_offset_dps[2]: 'a' will not do; it must be a number",
    ),
    ("[hardware]\nimu_address = 0x55", "settings.toml:2: hardware.imu_address: 85 will not do; allowed 106, 107"),
    ("[limits\nrate_dps = 1", "settings.toml:1: not TOML: "),
    ("[limits]\nrate_dps = 1\nrate_dps = 2", "settings.toml:3: not TOML: "),
    (b"[limits]\nrate_dps = 1.5 # \xff", "settings.toml:2: not TOML: not UTF-8 text"),
    ("a = " + "[" * 20_000 + "]" * 20_000, "settings.toml:1: not TOML: "),
]


@pytest.mark.req("SR2", "SR3", "SR4", "SR12")
@pytest.mark.parametrize(("text", "says"), REFUSALS)
def test_a_wrong_file_is_refused_in_one_line_with_file_line_and_what_would_be_right(text: str | bytes, says: str, tmp_path: Path) -> None:
    assert refusal(text, tmp_path).startswith(says)


@pytest.mark.parametrize("place", ["absent.toml", "."])
def test_a_file_that_cannot_be_read_is_refused_with_its_own_exit_code(place: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^[^\n]+: cannot be read: [^\n]+$") as caught:
        load_settings(tmp_path / place)
    assert caught.value.exit_code is ExitCode.NO_INPUT


def test_an_endless_file_is_not_read_to_its_end() -> None:
    with pytest.raises(ConfigError, match="larger than 256 KiB"):
        load_settings(Path("/dev/zero"))


def test_no_file_and_an_empty_file_are_the_built_in_settings(tmp_path: Path) -> None:
    assert load_settings(None).limits == UNMEASURED
    empty = settings_from("", tmp_path)
    assert (empty.limits, *sections(empty)) == (UNMEASURED, *(kind() for kind in SECTIONS))


def test_what_is_set_arrives(tmp_path: Path) -> None:
    settings = settings_from(
        "[limits]\nrate_dps = 2\nrest_s = 15.0\n[mounting]\nhead_axis = '-y'\nzero_deg = 1.5\naccel_offset_mps2 = [0.1, 0, -0.2]\n"
        "[hardware]\nboard_port = '/dev/ttyS9'\nimu_address = 0x6B\n[programme]\nprotocols = '/p'\n",
        tmp_path,
    )
    assert (settings.limits.rate_dps, settings.limits.rest_s, settings.limits.settling_s) == (2.0, 15.0, 45.0)
    assert settings.limits.mounting == Mounting(head_axis="-y", zero_deg=1.5, accel_offset_mps2=(0.1, 0.0, -0.2))
    assert settings.rules == Rules()
    assert (settings.hardware.board_port, settings.hardware.imu_address, settings.programme.protocols) == ("/dev/ttyS9", 0x6B, "/p")


@pytest.mark.req("SR2", "SR3", "SR4", "SR5")
@given(name=st.sampled_from(sorted(RANGES)), value=st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_no_file_moves_a_limit_outside_its_hard_range(name: str, value: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("settings", numbered=True)
    hard, text = RANGES[name], f"[limits]\n{name} = {value!r}\n"
    if hard.least <= value <= hard.most:
        assert getattr(settings_from(text, folder).limits, name) == value
    else:
        assert refusal(text, folder).startswith(f"settings.toml:2: limits.{name}: ")


@pytest.mark.req("TP2", "TP4", "TP5", "TP6", "TP8", "TP9", "TP11")
@given(name=st.sampled_from(sorted(NUMBERS)), value=st.floats(-10.0, 1100.0) | st.integers(-10, 1100))
def test_no_file_sets_a_number_of_the_programme_looser_than_the_guide(
    name: str, value: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, text = tmp_path_factory.mktemp("rules", numbered=True), f"[rules]\n{name} = {value!r}\n"
    if NUMBERS[name].least <= value <= NUMBERS[name].most:
        assert accepted(text, folder) in (value, None)
    else:
        assert refusal(text, folder).startswith(f"settings.toml:2: rules.{name}: ")


def accepted(text: str, folder: Path) -> float | None:
    """The number that a one-line file of rules sets; None where it stands the wrong way round beside another or is no whole number."""
    try:
        rules = settings_from(text, folder).rules
    except ConfigError as error:
        if re.search(r" (as well: a later step|it must be a whole number)", str(error)):
            return None
        raise
    name = text.splitlines()[1].split(" = ")[0]
    return float(getattr(rules, name))


def test_stricter_numbers_of_the_programme_arrive(tmp_path: Path) -> None:
    text = "[rules]\nload_ratio = 1.5\nbreak_days = 10\nweek_5_angle_deg = 60\nweeks_3_4_angle_deg = 45\nspotter_sessions = 20\n"
    assert settings_from(text, tmp_path).rules == Rules(
        load_ratio=1.5, break_days=10, week_5_angle_deg=60.0, weeks_3_4_angle_deg=45.0, spotter_sessions=20
    )


@given(data=st.binary(max_size=200))
def test_any_bytes_at_all_give_settings_or_one_line(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("bytes", numbered=True)
    says, limits = "settings.toml:0: none", UNMEASURED
    try:
        limits = settings_from(data, folder).limits
    except ConfigError as error:
        says = str(error).removeprefix(f"{folder}/")
    assert limits == UNMEASURED
    assert re.fullmatch(r"settings\.toml:\d+: [^\n]+", says)


def test_the_example_file_explains_every_key_that_may_be_moved_and_shows_its_default(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert (load_settings(EXAMPLE).limits, load_settings(EXAMPLE).rules) == (UNMEASURED, Rules())
    switched_on = re.sub(r"^# (\w+ = .+|\[load\])$", r"\1", text, flags=re.MULTILINE)
    settings = settings_from(switched_on, tmp_path)
    assert (settings.limits, *sections(settings)) == (Limits(), *(kind() for kind in SECTIONS))
    assert settings.rules == Rules()
    movable = {name for name, hard in RANGES.items() if hard.least != hard.most}
    movable |= {name for name, number in NUMBERS.items() if number.least != number.most}
    for name, number in NUMBERS.items():
        shown = re.search(rf"^# .+, {number.least:g} to {number.most:g}\b.* \({number.rule}\)\.\n# {name} = ", text, re.MULTILINE)
        assert (shown is not None) is (name in movable), name
    others = {field.name for struct in SECTIONS for field in msgspec.structs.fields(struct)}
    mounting = {"head_axis", "face_axis", "zero_deg", "accel_offset_mps2", "gyro_offset_dps"}
    assert set(re.findall(r"^# (\w+) = ", text, re.MULTILINE)) == movable | others | mounting | {"empty_ma", "ma_per_nm"}


def test_every_exit_code_has_a_meaning_and_its_number_is_kept() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "CHECK_FAILED": 1,
        "USAGE": 2,
        "BAD_DATA": 65,
        "NO_INPUT": 66,
        "UNAVAILABLE": 69,
        "INTERNAL": 70,
        "CANNOT_WRITE": 73,
        "NO_PERMISSION": 77,
        "CONFIG": 78,
    }
    assert set(MEANINGS) == set(ExitCode)
