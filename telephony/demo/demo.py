"""`vaxeln demo`: a real service, six real calls through it by pyVoIP phones, and what is kept of them."""

import io
import signal
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from routing.numbers import show
from telephony.admin.errors import AdminError
from telephony.demo.books import Samples, call_log, figures_check, log_check, moved, row_lines, scrape
from telephony.demo.phones import PhoneFailed
from telephony.demo.report import Report
from telephony.demo.running import ServiceFailed
from telephony.demo.scenarios import CLOSED, MAIN, Scenario, scenarios
from telephony.demo.town import CALLER, Town, open_town
from telephony.errors import VaxelnError

EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED = 0, 1, 130

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_LOOK_SECONDS = 0.5  # how soon the end of a kept service is seen


def run_demo(keep: bool, calls: Sequence[Scenario] | None = None) -> int:
    """Make the six calls, or these, and print what became of them; 0 when every one did what it should.

    With `keep` the service stays until Ctrl-C. Nothing is left behind in any case but `kill -9`.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without ticks gets question marks
    report = Report(sys.stdout)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="RTP Packet failed to send")  # at the end of every call
        try:
            with _interruptible():
                return _run(report, keep, scenarios() if calls is None else calls)
        except KeyboardInterrupt:
            report.say("\nInterrupted; everything is stopped and removed.")
            return EXIT_INTERRUPTED


def _run(report: Report, keep: bool, calls: Sequence[Scenario]) -> int:
    started = time.monotonic()
    report.say("Växeln's demonstration: a service of its own, and phones (pyVoIP) that register and call.")
    try:
        with open_town() as town:
            _introduce(report, town)
            before = scrape(town.service.figures)
            for scenario in calls:
                _make_call(report, town, scenario)
            _show_books(report, town, before)
            failed = bool(report.failures)
            report.sum_up(time.monotonic() - started, town.service.log_tail() if failed else [])
            if keep:
                _keep(report, town)
    except VaxelnError as error:
        report.broke_off(str(error))
        report.sum_up(time.monotonic() - started, [])
    return EXIT_FAILED if report.failures else EXIT_DONE


def _introduce(report: Report, town: Town) -> None:
    host, port = town.service.address
    report.say(f"It takes SIP on udp:{host}:{port}. {len(town.phones)} phones have registered.")


def _make_call(report: Report, town: Town, scenario: Scenario) -> None:
    report.begin(scenario.title)

    def run(*arguments: str) -> None:
        report.command(arguments, town.service.run(*arguments))

    for arguments in scenario.commands:
        run(*arguments)
    try:
        evidence = town.play(scenario, run)
    except PhoneFailed as error:
        report.broke_off(str(error))
        if not town.service.is_running:
            raise ServiceFailed("the service has ended by itself") from error
        return
    checks = [expect(evidence) for expect in scenario.expectations]
    report.call(evidence.record, evidence.names, checks)


def _show_books(report: Report, town: Town, before: Samples) -> None:
    """What is stored and counted of the calls, and whether it agrees. Raises ServiceFailed."""
    records = town.service.records()
    try:
        rows = call_log(town.service.data, len(records))
    except AdminError as error:
        report.broke_off(str(error), "the books")
        return
    after = scrape(town.service.figures)
    names = {key: row.name for key, row in town.tables.people.items()}
    checks = [log_check(rows, records), figures_check(rows, before, after)]
    report.books(list(row_lines(rows, names)), [str(figure) for figure in moved(before, after)], checks)


def _keep(report: Report, town: Town) -> None:
    """Leave the accounts to softphones until somebody has seen enough."""
    town.close_phones()
    for line in kept_lines(town):
        report.say(line)
    try:
        while town.service.is_running:
            time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt:
        report.say("\nStopping; its data is removed.")
        return
    raise ServiceFailed("the service has ended by itself")


def kept_lines(town: Town) -> list[str]:
    """Where the service is, and how to put a softphone on it."""
    host, port = town.service.address
    here = f"VAXELN_DATA={town.service.data}"
    rows = [
        (account, town.passwords[account], town.tables.people[row.person].name)
        for account, row in town.tables.phones.items()
    ]
    return [
        "",
        "The service goes on running, until Ctrl-C; then its data is removed.",
        f"  SIP    {host}:{port}, UDP (reached from this machine only)",
        f"  HTTP   {town.service.http}",
        f"  data   {town.service.data}",
        f"  log    {town.service.log_file}",
        "",
        f"  {'account':<12} {'password':<12} whose",
        *(f"  {account:<12} {password:<12} {name}" for account, password, name in rows),
        "",
        f"Put a softphone on {CALLER}: domain (registrar) {host}:{port}, transport UDP, codec G.711.",
        f"Dial {show(CLOSED)} to hear the announcement; or put a second one on kc1 and dial {show(MAIN)}.",
        f"Close a number: {here} vaxeln override set {MAIN} --closed --until +1h --reason Drill --owner Me",
        f"The call log: {here} vaxeln calls",
    ]


@contextmanager
def _interruptible() -> Iterator[None]:
    """The first signal to end raises KeyboardInterrupt here; further ones cannot disturb the clearing up."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in _SIGNALS:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
