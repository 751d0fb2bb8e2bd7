"""What the demonstration prints: calls as the call log has them, and what of them was as it should be."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import TextIO

from telephony.call.record import Record
from telephony.call_lines import record_lines
from telephony.demo.judging import Check

_WIDTH = 100
"""Columns of what is said of a call; most terminals are wider, and a mail is not much."""

_BOLD, _DIM, _GREEN, _RED = "1", "2", "32", "31"


class Report:
    """Prints to `out`, in colour on a terminal (but see https://no-color.org)."""

    def __init__(self, out: TextIO, environ: Mapping[str, str] = os.environ) -> None:
        self._out = out
        self._coloured = out.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        self._calls = 0
        self._checks = 0
        self._failures: list[str] = []

    @property
    def failures(self) -> Sequence[str]:
        """What was not as it should be, each with the title of its call."""
        return self._failures

    def say(self, text: str = "") -> None:
        """One line."""
        print(text, file=self._out, flush=True)

    def begin(self, title: str) -> None:
        """A call begins."""
        self._calls += 1
        self.say()
        self.say(self._in(_BOLD, f"{self._calls}. {title}"))

    def call(self, record: Record | None, names: Mapping[str, str], checks: Sequence[Check]) -> None:
        """What became of it: the service's own record, and the checks."""
        lines = call_lines(_named(record, names)) if record else ["The journal does not know this call."]
        for line in lines:
            self.say("   " + self._in(_DIM, line))
        for check in checks:
            self._check(check)

    def command(self, arguments: Sequence[str], printed: str) -> None:
        """An admin has run a command."""
        self.say(f"   $ {shlex.join(['vaxeln', *arguments])}")
        for line in printed.splitlines():
            self.say("   " + self._in(_DIM, line))

    def books(self, log: Sequence[str], figures: Sequence[str], checks: Sequence[Check]) -> None:
        """The end: the call log of the database, and the figures that have moved."""
        for title, lines in (("The call log, from the database", log), ("The figures that moved", figures)):
            self.say()
            self.say(self._in(_BOLD, title))
            for line in lines:
                self.say("   " + self._in(_DIM, line))
        for check in checks:
            self._check(check, "the books")

    def _check(self, check: Check, where: str = "") -> None:
        self._checks += 1
        if check.passed:
            self.say(f"   {self._in(_GREEN, '✓')} {check.text}")
        else:
            self.say(f"   {self._in(_RED, '✗')} {check.text}")
            self.say(f"     found: {check.found}")
            self._failures.append(f"{where or f'call {self._calls}'}: {check.text}; found: {check.found}")

    def broke_off(self, problem: str, where: str = "") -> None:
        """Something kept the call, or the whole demonstration, from going on."""
        where = where or (f"call {self._calls}" if self._calls else "")
        if self._calls:
            self.say(f"   {self._in(_RED, '✗')} {problem}")
        self._failures.append(f"{where}: {problem}" if where else problem)

    def sum_up(self, seconds: float, log: Sequence[str]) -> None:
        """The end: all is well, or what is not, with the end of the service's log."""
        self.say()
        if not self._failures:
            numbers = f"{self._calls} calls, {self._checks} checks, {seconds:.0f} s"
            self.say(self._in(_GREEN, f"Every call did what it should ({numbers})."))
            return
        self.say(self._in(_RED, "The demonstration failed:"))
        for failure in self._failures:
            self.say(f"  ✗ {failure}")
        if log:
            self.say("The service's log ends:")
            for line in log:
                self.say(f"  {line}")

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._coloured else text


def call_lines(record: Record) -> list[str]:
    """A call as `vaxeln calls` shows it, with the reasons in one paragraph and without our id of it."""
    first, *others = record_lines(replace(record, reasons=()))
    because = wrap(f"because {'; '.join(record.reasons)}", _WIDTH, subsequent_indent="  ")
    return [first.removesuffix(f"  [{record.id}]"), *because, *(line.strip() for line in others)]


def _named(record: Record, names: Mapping[str, str]) -> Record:
    """The record with people's names in place of their keys in the plan."""
    return replace(
        record,
        offered=tuple(names.get(key, key) for key in record.offered),
        rang=tuple(names.get(key, key) for key in record.rang),
        answered_by=names.get(record.answered_by, record.answered_by),
        caller_member=names.get(record.caller_member, record.caller_member),
    )
