"""Members of groups by the running service: codes dialled with baresip, the command line, events as they
come, and what a phone is told that did not answer."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from telephony.call import facts as f
from telephony.call.duty_facts import MISSED, MemberPaused
from telephony.call.facts import EndedBy, Outcome
from telephony.call.house_facts import PhoneRegistered
from tests.support.baresip import Baresip
from tests.support.eventually import eventually
from tests.support.live_town import PASSWORD, VAKT, Town


@pytest.fixture(name="stack")
def _stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def baresip(town: Town, folder: Path, stack: ExitStack, user: str, mode: str = "auto") -> Baresip:
    """A phone of a person, or a citizen's behind the operator's trunk."""
    host, server = town.operator, town.service.host
    account = f"<sip:+46701740605@{server}>;regint=0;answermode={mode}"
    if user:
        host = town.phone(user)
        account = f"<sip:{user}@{server}>;auth_pass={PASSWORD};regint=60;answermode={mode}"
    phone = stack.enter_context(Baresip(folder / f"baresip-{user}", host, account, tone=440))
    if user:
        town.service.await_fact(PhoneRegistered, such_that=lambda fact: fact.phone == user)
    return phone


def state(town: Town, person: str) -> tuple[str, list[str]]:
    """What the command line says that a member is doing, and what they are logged out of."""
    rows = json.loads(town.service.run("members", "--json"))["members"]
    (row,) = [row for row in rows if row["person"] == person]
    return row["state"], row["logged_out_of"]


@contextmanager
def events(town: Town) -> Iterator[Path]:
    """A file into which curl writes the events as they come."""
    socket, path = town.service.data / "admin.sock", town.service.data / "events"
    command = ["curl", "-sN", "--unix-socket", str(socket), "-H", "Accept: text/event-stream"]
    with path.open("wb") as out:
        curl = subprocess.Popen([*command, "http://localhost/api/v1/live"], stdout=out)
    try:
        eventually(lambda: "event: whole" in path.read_text(), "everything is told first")
        yield path
    finally:
        curl.terminate()
        curl.wait()


def told(path: Path, person: str) -> list[str]:
    """The states of a member in the changes so far."""
    blocks = path.read_text("utf-8").split("\n\n")[:-1]
    changes: list[Any] = [
        json.loads(block.partition("data: ")[2]) for block in blocks if block.startswith("event: change")
    ]
    return [row["state"] for change in changes for row in change["members"] if row["person"] == person]


def test_a_member_logs_out_and_in_by_phone_and_everybody_sees_it(
    town: Town, tmp_path: Path, stack: ExitStack
) -> None:
    erik = baresip(town, tmp_path, stack, "erik")
    assert state(town, "erik") == ("available", [])
    changes = stack.enter_context(events(town))

    for code, seen in (("*617", ("available", ["park"])), ("*61", ("logged_out", ["park", "vakt"]))):
        erik.command("dial", f"sip:{code}@{town.service.host}")
        erik.await_event("CALL_ESTABLISHED")
        assert eventually(lambda: erik.packets_heard() > 25, "the prompt is heard")
        erik.await_event("CALL_CLOSED")
        town.service.await_idle()
        assert state(town, "erik") == seen
    erik.command("dial", f"sip:*60@{town.service.host}")
    erik.await_event("CALL_CLOSED")
    town.service.await_idle()
    assert state(town, "erik") == ("available", [])

    eventually(lambda: {"in_call", "logged_out", "available"} <= set(told(changes, "erik")), "it is told")
    outcomes = [(record.outcome, record.ended_by, record.number) for record in town.service.records()]
    assert outcomes == [(Outcome.SELF_SERVICE, EndedBy.SERVICE, "")] * 3
    town.assert_calm()


def test_a_supervisor_pauses_a_member_and_a_restart_knows_it(
    town: Town, tmp_path: Path, stack: ExitStack
) -> None:
    baresip(town, tmp_path, stack, "erik")
    assert "paused (Lunch) since" in town.service.run("member", "pause", "erik", "--reason", "lunch")
    refused = town.service.attempt("member", "pause", "erik", "--reason", "Golf")
    assert refused.returncode == 1
    assert "Lunch, Möte, Administration" in refused.stderr
    before = town.service.run("members", "--group", "park")

    town.service.stop()
    town.service.start()

    assert town.service.run("members", "--group", "park") == before
    assert "available since" in town.service.run("member", "resume", "erik")


def test_who_does_not_answer_has_a_pause_and_is_told_so(town: Town, tmp_path: Path, stack: ExitStack) -> None:
    erik = baresip(town, tmp_path, stack, "erik", "manual")
    citizen = baresip(town, tmp_path, stack, "")
    citizen.command("dial", f"sip:{VAKT}@{town.service.host}")

    pause = town.service.await_fact(MemberPaused, seconds=20.0)

    assert (pause.member, pause.reason, pause.by) == ("erik", MISSED, "")
    eventually(lambda: "Ring *63 när du är tillbaka" in erik.log(), "the phone is told")
    assert state(town, "erik")[0] == "paused"
    citizen.command("hangup")
    town.service.await_fact(f.CallEnded)
    town.assert_calm()
