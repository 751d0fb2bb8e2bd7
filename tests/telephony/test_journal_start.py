from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from structlog.testing import capture_logs

from routing.compile import compile_plan
from routing.decision import Origin
from routing.load import load_plan
from telephony.archive.codec import Codec
from telephony.archive.findings import Damage, Finding, Gap, TornTail
from telephony.archive.journal import Journal
from telephony.archive.store import Limits
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.registry import FACTS
from telephony.journal_start import FINDINGS_LOGGED, cuts, first_needed, opening_facts
from telephony.switchboard import Switchboard

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLAN = """
[municipality]
name = "Botkyrka kommun"
main_number = "+46853061000"
[phones.kc1]
display = "KC 1"
[people.anna]
name = "Anna"
phones = ["kc1"]
[groups.kontaktcenter]
name = "Kontaktcenter"
members = ["anna"]
[calendars.always]
open = "always"
[trunks.operator]
peers = ["192.0.2.10"]
emergency = true
[numbers."+46853061000"]
function = "Kontaktcenter"
calendar = "always"
destination = { group = "kontaktcenter" }
"""

TABLES = compile_plan(load_plan(PLAN))


class Started:
    """A switchboard on a real journal whose segments hold a few facts each."""

    def __init__(self, directory: Path) -> None:
        self.journal: Journal[f.Fact] = Journal.open(
            directory,
            Codec(FACTS),
            report=lambda finding: None,
            opening_facts=self._opening,
            limits=Limits(segment=1500),
        )
        self.switchboard = Switchboard(self.journal, TABLES, talk_limit=0.0)

    def _opening(self) -> Sequence[f.Fact]:
        return opening_facts(self.switchboard, AT)

    def replay(self) -> int:
        start = first_needed(self.journal)
        facts = [(position, fact) for position, fact in self.journal.read(start) if isinstance(fact, f.Fact)]
        self.switchboard.replay(facts)
        return start


def contact(port: int) -> f.Contact:
    return f.Contact(
        uri=f"sip:kc1@192.0.2.20:{port}",
        transport="UDP",
        remote=("192.0.2.20", port),
        local=("192.0.2.1", 5060),
        call_id="r",
        cseq=port,
        expires_at=AT + timedelta(hours=1),
    )


def register(started: Started, port: int) -> None:
    started.switchboard.receive(h.PhoneRegistered(at=AT, phone="kc1", contacts=(contact(port),)), AT)


def arrive(started: Started, call: str) -> None:
    started.switchboard.receive(
        f.CallArrived(
            at=AT, call=call, leg=f"{call}.0", origin=Origin.TRUNK, origin_name="operator",
            caller=None, dialled="+46853061000", sip_call_id=call,
        ),
        AT,
    )  # fmt: skip


def test_an_empty_journal_is_read_from_its_beginning(tmp_path: Path) -> None:
    started = Started(tmp_path)

    assert started.replay() == 1
    started.journal.close()


def test_a_restart_reads_the_newest_segment_and_knows_the_registrations_and_the_plan(tmp_path: Path) -> None:
    started = Started(tmp_path)
    started.switchboard.load(TABLES, AT)
    for port in range(5060, 5090):
        register(started, port)
    newest = started.journal.segments()[-1].first
    started.journal.close()

    again = Started(tmp_path)

    assert again.replay() == newest > 1
    assert again.switchboard.house.contacts("kc1") == started.switchboard.house.contacts("kc1")
    assert again.switchboard.house.plan_digest == started.switchboard.house.plan_digest != ""
    again.journal.close()


def test_a_restart_reads_back_to_the_oldest_call_that_was_live(tmp_path: Path) -> None:
    started = Started(tmp_path)
    register(started, 5060)
    arrive(started, "old")
    arrived_at = started.switchboard.first_positions["old"]
    for port in range(5061, 5090):
        register(started, port)
    started.journal.close()

    again = Started(tmp_path)

    assert again.replay() == arrived_at
    assert again.switchboard.calls == started.switchboard.calls
    again.journal.close()


def test_what_was_found_is_logged_once_and_what_is_lost_is_given() -> None:
    damage = Damage(Path("1.seg"), 0, 9, "no whole entry")
    torn = TornTail(Path("2.seg"), 5, 3)
    found: list[Finding] = [torn, damage, damage, *(Gap(number, number) for number in range(FINDINGS_LOGGED))]

    with capture_logs() as lines:
        lost = cuts(found, AT)

    assert lost == [
        h.JournalCut(at=AT, segment="2.seg", octets=3),
        h.JournalCut(at=AT, segment="1.seg", octets=9),
    ]
    assert [line["event"] for line in lines] == [
        *(["journal_finding"] * FINDINGS_LOGGED),
        "journal_findings_not_shown",
    ]
    assert [line["log_level"] for line in lines[:2]] == ["warning", "error"]
    assert (lines[0]["kind"], lines[0]["path"], lines[-1]["count"]) == ("TornTail", "2.seg", 2)


def test_a_step_of_the_clock_that_begins_a_segment_is_not_folded_twice(tmp_path: Path) -> None:
    started = Started(tmp_path)
    started.switchboard.record([h.PhoneRegistered(at=AT, phone="kc1", contacts=(contact(5060),))])
    before = started.switchboard.house.contacts("kc1")[0].expires_at

    started.switchboard.receive(h.ClockStepped(at=AT + timedelta(days=1), seconds=7200.0), AT)

    assert started.switchboard.house.contacts("kc1")[0].expires_at == before + timedelta(hours=2)
    assert len(started.journal.segments()) == 2
    again = Started.__new__(Started)
    again.switchboard = Switchboard(started.journal, TABLES, talk_limit=0.0)
    first = first_needed(started.journal)
    again.switchboard.replay((p, fact) for p, fact in started.journal.read(first) if isinstance(fact, f.Fact))
    assert again.switchboard.house.contacts("kc1") == started.switchboard.house.contacts("kc1")
    started.journal.close()
