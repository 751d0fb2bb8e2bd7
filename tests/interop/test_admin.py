"""The days of an admin and of operations, with the command line and real calls ("Done when" of issue 3).

The service is a process with its embedded database. The admin has a token and a URL, operations the admin
socket.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routing.spoken import first_of
from telephony.archive.embedded import EmbeddedServer
from telephony.archive.postmaster import PidFile
from telephony.call.house_facts import OverrideEnded, OverrideSet, PlanApplied
from telephony.config import TOKEN_VARIABLE, URL_VARIABLE
from tests.support.eventually import eventually
from tests.support.live_town import KONTAKTCENTER, Town, town
from tests.support.postgres import open_folder
from tests.support.running_service import HTTP_PORT

DATABASE_SECONDS = 40.0
"""A first start takes a few; a hang is noticed after 6 s, and the next try is at most 5 s later."""

CLOSE = ("override", "set", KONTAKTCENTER, "--closed", "--reason", "Fire drill", "--owner", "Anna")


@dataclass
class Hands:
    """Somebody at a terminal."""

    town: Town
    environment: dict[str, str] = field(default_factory=dict)

    def types(self, *arguments: str) -> str:
        """A command that is done; what it prints."""
        return self.town.service.run(*arguments, settings=self.environment)

    def is_refused(self, *arguments: str, code: int = 1) -> str:
        """A command that is refused; the line that says why."""
        done = self.town.service.attempt(*arguments, settings=self.environment)
        assert (done.returncode, done.stdout) == (code, ""), done.stdout
        (line,) = done.stderr.splitlines()
        return line

    def can(self, *arguments: str) -> bool:
        """Whether a command is done."""
        return self.town.service.attempt(*arguments, settings=self.environment).returncode == 0

    def sees(self, words: str, *arguments: str, within: float = 10.0) -> str:
        """Wait until a command prints these words, whatever it said before; all that it prints then."""
        attempt, settings = self.town.service.attempt, self.environment
        return eventually(
            lambda: next(
                filter(lambda said: words in said, [attempt(*arguments, settings=settings).stdout]), None
            ),
            f"{words} in {' '.join(arguments)}",
            within,
        )


@pytest.fixture
def built() -> Iterator[Town]:
    """A town whose database is up and has the plan."""
    with open_folder() as folder, town(folder, {"VAXELN_DATABASE_DSN": "embedded"}) as built:
        Hands(built).sees("plan: version 1 by", "status", within=DATABASE_SECONDS)
        yield built


def is_answered(town: Town, by: str) -> None:
    """A caller reaches Kontaktcenter, where this person answers."""
    member = town.sipp.start("member_answers", town.phone(by))
    caller = town.sipp.play("caller_talks", town.operator, dialled=KONTAKTCENTER)
    member.wait()
    assert town.record_of(caller).answered_by == by


def is_turned_away(town: Town) -> None:
    """A caller meets the announcement."""
    caller = town.sipp.play("caller_talks", town.operator, dialled=KONTAKTCENTER)
    assert first_of(town.record_of(caller).announcement) == "closed"


def test_an_admin_closes_changes_loses_a_race_and_rolls_back(built: Town, tmp_path: Path) -> None:
    built.register("anna", "bertil")
    token = built.service.run("token", "create", "anna", "--role", "admin", "--days", "1").strip()
    admin = Hands(built, {TOKEN_VARIABLE: token, URL_VARIABLE: f"http://{built.service.host}:{HTTP_PORT}"})
    eventually(lambda: admin.can("status"), "the token is taken up")

    # A number is closed for an hour with a reason; the next call is turned away, and the log says why.
    admin.types(*CLOSE, "--until", "+1h")
    is_turned_away(built)
    said = admin.sees("1 call\n", "calls", "--number", KONTAKTCENTER)
    assert "because closed by override until" in said and "Fire drill (Anna)" in said
    assert "closed by override" in admin.types("explain", KONTAKTCENTER)

    # It is ended; and another opens by itself.
    admin.types("override", "end", KONTAKTCENTER)
    is_answered(built, by="anna")
    until = datetime.now(UTC) + timedelta(seconds=6)
    admin.types(*CLOSE, "--until", until.isoformat())
    is_turned_away(built)
    admin.sees("No override is in force.", "override", "list")
    is_answered(built, by="anna")

    # A group gets other members.
    mine, other = tmp_path / "mine.toml", tmp_path / "other.toml"
    plan = admin.types("plan", "show")
    mine.write_text(plan.replace('members = ["anna", "david"]', 'members = ["bertil"]'), "utf-8")
    assert admin.types("plan", "apply", str(mine), "--reason", "Anna has left").endswith(
        "Version 2 is in force.\n"
    )
    is_answered(built, by="bertil")

    # Who has read the version before loses the race, and is told what to do.
    other.write_text(plan.replace("ring_seconds = 10", "ring_seconds = 12"), "utf-8")
    late = ("plan", "apply", str(other), "--reason", "Longer ringing", "--if-version", "1")
    said = admin.is_refused(*late)
    assert "not version 1 but 2 is in force, by anna: Anna has left. Look, and try again: " in said

    # Back to what was.
    admin.types("plan", "rollback", "1", "--reason", "She is back")
    is_answered(built, by="anna")
    versions = admin.types("plan", "versions").splitlines()
    assert [line.split()[0] for line in versions] == ["3", "2", "1"]
    assert_done_by("anna", built)
    built.assert_calm()


def test_a_dated_plan_comes_into_force_on_the_second_after_a_crash_and_without_the_database(
    built: Town, tmp_path: Path
) -> None:
    built.register("anna", "bertil")
    admin = Hands(built)
    mine = tmp_path / "mine.toml"
    plan = admin.types("plan", "show")
    mine.write_text(plan.replace('members = ["anna", "david"]', 'members = ["bertil"]'), "utf-8")

    # It waits: nobody can change the plan without a word about it.
    at = (datetime.now(UTC) + timedelta(seconds=18)).replace(microsecond=0)
    dated = ("plan", "apply", str(mine), "--reason", "Anna leaves", "--valid-from", at.isoformat())
    assert "Version 2 comes into force at" in admin.types(*dated)
    assert "Anna leaves; --pending: what is to become of it" in admin.is_refused(*dated)
    is_answered(built, by="anna")

    # A crash, and a database that does not answer: the disk has it.
    built.service.kill()
    built.service.start()
    admin.sees("database: up", "status", within=DATABASE_SECONDS)
    with stopped_database(built):
        applied = built.service.await_fact(PlanApplied, 20.0, lambda fact: fact.version == 2)
        is_answered(built, by="bertil")
    assert timedelta(0) <= applied.at - at < timedelta(seconds=1)
    admin.sees("  in force    local:", "plan", "versions", within=DATABASE_SECONDS)
    built.assert_calm()


def assert_done_by(name: str, town: Town) -> None:
    """The journal says of each change who made it; an override that ended by itself was ended by nobody."""
    service = town.service
    assert [fact.by for fact in service.facts_of(OverrideSet)] == [name, name]
    assert [fact.by for fact in service.facts_of(OverrideEnded)] == [name, ""]
    assert [fact.author for fact in service.facts_of(PlanApplied)][-2:] == [name, name]


def test_operations_stop_the_database_under_calls(built: Town) -> None:
    built.register("anna")
    operations = Hands(built)
    is_answered(built, by="anna")
    operations.sees("1 call\n", "calls")

    with stopped_database(built):
        is_answered(built, by="anna")
        operations.types(*CLOSE, "--until", "+1h")
        is_turned_away(built)
        assert "is closed until" in operations.types("override", "list")
        assert " 0 facts behind" not in operations.sees("database: away", "status", within=20)
        assert operations.is_refused("calls").endswith("; --offline reads the journal")
        assert "The database does not answer" in operations.is_refused("plan", "versions")
        assert "3 calls\n" in operations.types("calls", "--offline")

    operations.sees("database: up, 0 facts behind", "status", within=DATABASE_SECONDS)
    assert "3 calls\n" in operations.types("calls")
    os.kill(processes(built)[0], signal.SIGKILL)
    operations.types("override", "end", KONTAKTCENTER)
    is_answered(built, by="anna")
    operations.sees("4 calls\n", "calls", "--last", "10", within=DATABASE_SECONDS)
    built.assert_calm()


@contextmanager
def stopped_database(town: Town) -> Iterator[None]:
    """The service's own PostgreSQL is suspended within, as a whole."""
    suspended = processes(town)
    for pid in suspended:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in suspended:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def processes(town: Town) -> Sequence[int]:
    """The server's processes, the first of them, whose pid is in its file, first."""
    file = PidFile.read(EmbeddedServer(town.service.data / "postgres").data)
    assert file is not None
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(file.pid)], capture_output=True, text=True, check=False
    )
    return [file.pid, *(int(pid) for pid in children.stdout.split())]
