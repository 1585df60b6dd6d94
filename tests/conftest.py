"""What holds for every test: a skipped test is a failed run, random histories are bounded.  Touches nothing of the product."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", settings.get_profile("house"), max_examples=2000, derandomize=False)
settings.load_profile("house")
"""The same histories in every run, so that a red run means a changed program; `pytest --hypothesis-profile search` looks for new ones."""


class Skips:
    """Counts skipped and expected-to-fail tests, also those that xdist's workers report."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.names.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.names.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.names and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for name in self.names:
            terminalreporter.write_line(f"SKIPPED, and a skipped test proves nothing: {name}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Skips(), "house-skips")
