"""What a running service looks at once a second: its clock, its journal, its secrets."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import structlog

from routing.hours import STOCKHOLM
from telephony.archive.journal import Journal
from telephony.call.facts import Fact
from telephony.clock import Clock
from telephony.legs.refusals import Refusals, Why
from telephony.private_files import SecretsUnusable

HOLIDAYS_SOON_UNKNOWN_DAYS = 90
"""When it is told that the holidays are known no longer: long enough before to do something about it."""

_MOST_TOLD = 20  # calendars that one line of the log names

log = structlog.get_logger("vaxeln")


class Reloadable(Protocol):
    """A file in memory that the command line may write."""

    def reload_if_changed(self) -> bool:
        """Read it again if it is another; whether it was. Raises SecretsUnusable."""


class Housekeeper:
    """Each `look` says what has changed since the last one, once.

    `secrets` are files by what they hold (`passwords`). `stepped` is called with the seconds, forward
    positive, by which the machine's clock was set. `refusals` are the requests that were not let in,
    `holidays_known` for how many days from a time on each calendar knows its holidays.
    """

    def __init__(
        self,
        clock: Clock,
        journal: Journal[Fact],
        secrets: Mapping[str, Reloadable],
        stepped: Callable[[float], None],
        refusals: Refusals,
        holidays_known: Callable[[datetime], Mapping[str, int]],
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._secrets = secrets
        self._stepped = stepped
        self._refusals = refusals
        self._holidays_known = holidays_known
        self._holidays_told: tuple[date, list[str]] | None = None
        self._journal_failing = False
        self._problems = dict.fromkeys(secrets, "")

    def look(self) -> None:
        """Look at all of them."""
        step = self._clock.check()
        if step is not None:
            self._stepped(step)
        self._look_at_journal()
        for what, file in self._secrets.items():
            self._look_at(what, file)
        self._look_at_refusals()
        self._look_at_holidays()

    def _look_at_journal(self) -> None:
        """Write what waits for the disk; calls may be too few to do it."""
        journal = self._journal
        journal.retry()
        if journal.failing == self._journal_failing:
            return
        self._journal_failing = journal.failing
        if journal.failing:
            log.critical("journal_failing", problem=journal.failure or "sync failed", waiting=journal.waiting)
        else:
            log.warning("journal_works_again", dropped=journal.dropped)

    def _look_at_refusals(self) -> None:
        for kind, times in self._refusals.untold():
            write = log.critical if kind.why is Why.EMERGENCY else log.warning
            write(
                "not_let_in",
                why=kind.why.value,
                method=kind.method,
                source=kind.source,
                account=kind.who,
                times=times,
            )

    def _look_at_holidays(self) -> None:
        """Say once a day, and when the plan changes, of which calendars nobody knows the holidays soon. They
        close for none of them: what is not known is never closed."""
        now = self._clock.now()
        known = self._holidays_known(now)
        short = [name for name, days in known.items() if days < HOLIDAYS_SOON_UNKNOWN_DAYS]
        found = now.astimezone(STOCKHOLM).date(), short
        if short and found != self._holidays_told:
            soonest = min(known[name] for name in short)
            advice = "a release with newer holidays, or deviations in the plan"
            log.critical(
                "holidays_unknown",
                calendars=short[:_MOST_TOLD],
                more=len(short[_MOST_TOLD:]),
                known_days=soonest,
                advice=advice,
            )
        self._holidays_told = found

    def _look_at(self, what: str, file: Reloadable) -> None:
        """Take up what the command line wrote."""
        problem = ""
        try:
            if file.reload_if_changed():
                log.info(f"{what}_reloaded")
        except SecretsUnusable as error:
            problem = str(error)
        if problem and problem != self._problems[what]:
            log.critical(f"{what}_unusable", problem=problem)
        self._problems[what] = problem


def warn_of_other_realms(users: Sequence[str], realm: str) -> None:
    """Say which phones have a password that cannot be right any more, because the realm has changed."""
    if users:
        log.warning("passwords_of_another_realm", users=users, realm=realm)
