"""What a running service looks at once a second: its clock, its journal, its passwords."""

from collections.abc import Callable

import structlog

from telephony.archive.journal import Journal
from telephony.call.facts import Fact
from telephony.clock import Clock
from telephony.secrets import PhoneSecrets, SecretsUnusable

log = structlog.get_logger("vaxeln")


class Housekeeper:
    """Each `look` says what has changed since the last one, once.

    `stepped` is called with the seconds, forward positive, by which the machine's clock was set.
    """

    def __init__(
        self, clock: Clock, journal: Journal[Fact], secrets: PhoneSecrets, stepped: Callable[[float], None]
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._secrets = secrets
        self._stepped = stepped
        self._journal_failing = False
        self._passwords_problem = ""

    def look(self) -> None:
        """Look at all three."""
        step = self._clock.check()
        if step is not None:
            self._stepped(step)
        self._look_at_journal()
        self._look_at_passwords()

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

    def _look_at_passwords(self) -> None:
        """Take up what `vaxeln phone password` wrote."""
        problem = ""
        try:
            if self._secrets.reload_if_changed():
                log.info("passwords_reloaded")
        except SecretsUnusable as error:
            problem = str(error)
        if problem and problem != self._passwords_problem:
            log.error("passwords_unusable", problem=problem)
        self._passwords_problem = problem
