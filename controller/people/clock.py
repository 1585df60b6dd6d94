"""The command about the table's calendar: what its clock shows, whether that can be believed, and how it is put right."""

from __future__ import annotations

from datetime import date, datetime

from controller.exit_codes import ExitCode
from controller.people.command import command, option
from controller.people.desk import Desk
from controller.people.quantities import DAY
from controller.records.database import RecordsError

DOUBT = "While it is not sure, no day begins, every break counts as long, and a clearance with an end counts as over."


@command("clock", examples=("clock", "clock --put-right --today 2026-11-25 --by 'A. Turner'"))
@option("--put-right", is_flag=True, help="the clock is right now, and what it showed later was wrong")
@option("--today", type=DAY, help="today's date, from a calendar that is not this computer's")
@option("--by", help="who looked")
def clock(desk: Desk, put_right: bool, today: date | None, by: str | None) -> None:
    """Show what the table's clock shows and whether it can be believed; put it right after it was once set into the future.

    The table remembers the latest time that a trusted clock has shown and believes nothing earlier. If that clock was wrong, the
    table waits for a day that may be years away. Putting it right gives nobody more than was left: sessions dated later count as
    today's, and breaks may count as long.
    """
    if put_right:
        _put_right(desk, today, by)
        return
    if today is not None or by is not None:
        raise RecordsError("clock: --today and --by belong to --put-right", ExitCode.USAGE)
    with desk.to_read() as store:
        seen = store.latest_seen()
    now, ahead = desk.moment, seen is not None and seen > desk.moment.at
    desk.tell(
        "\n".join(_shown(desk, seen, ahead=ahead)),
        shows=now.at, zone=now.zone_name, vouched_for=now.clock_trusted, latest_seen=seen, sure=now.clock_trusted and not ahead,
    )  # fmt: skip


def _shown(desk: Desk, seen: datetime | None, *, ahead: bool) -> list[str]:
    lines = [f"the clock shows {_local(desk, desk.moment.at)} ({desk.moment.zone_name})"]
    if seen is not None:
        lines.append(f"the latest time a trusted clock has shown is {_local(desk, seen)}")
    if not desk.moment.clock_trusted:
        lines.append(f"no time service has set it since the computer started, so it is not sure: connect the network. {DOUBT}")
    if ahead:
        lines.append(f"that is later, so one of the two is wrong. {DOUBT}")
        lines.append("If the clock is right now: inversion-table-people clock --put-right --today YYYY-MM-DD --by NAME")
    elif desk.moment.clock_trusted:
        lines.append("a time service has set it: it is sure")
    return lines


def _local(desk: Desk, at: datetime) -> str:
    return at.astimezone(desk.moment.zone).strftime("%Y-%m-%d %H:%M")


def _put_right(desk: Desk, today: date | None, by: str | None) -> None:
    if today is None or by is None or not by.strip():
        raise RecordsError("clock --put-right: say --today, the date on a calendar, and --by, who looked", ExitCode.USAGE)
    if not desk.moment.clock_trusted:
        raise RecordsError("clock --put-right: no time service has set the clock yet; connect the network and try again", ExitCode.USAGE)
    if today != desk.moment.local_date():
        raise RecordsError(f"--today {today}: the clock shows {desk.moment.local_date()}; set the clock right first", ExitCode.USAGE)
    with desk.to_write() as store:
        sessions = store.put_right(desk.moment.at, by)
    counted = f"; {sessions} sessions were dated by the wrong clock and count as today's" if sessions else ""
    desk.tell(f"put right: from now on the clock is believed again{counted}", at=desk.moment.at, sessions=sessions)


COMMANDS = (clock,)
