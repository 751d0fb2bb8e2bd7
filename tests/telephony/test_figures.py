import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from metrics.day_counts import DayCount
from routing.holiday_table import LAST_YEAR
from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.archive.status import ArchiveStatus
from telephony.call.facts import CallInterrupted, Fact, Outcome, RouteDecided
from telephony.call.house import House
from telephony.call.house_facts import DrainStarted, PlanLoaded
from telephony.call.registry import FACTS
from telephony.call.trunk_facts import TrunkRegistered
from telephony.figures import Figures, Sources
from telephony.legs.refusals import NotLetIn, Refusals, Why
from telephony.legs.telling import Told
from telephony.media.counters import Counters
from telephony.media.counters import Drop as SoundDrop
from telephony.sip.counts import METHODS, Counts, Drop
from tests.support.calls import NOON, arrive, phone, registered, ring
from tests.support.plans import BYGGLOV, MAIN, NUMBERS, tables_of
from tests.support.queue_town import queue_tables

README = Path(__file__).parent.parent.parent / "README.md"


class Board:
    """The figures of a service whose parts do what the test says."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self.refusals = Refusals()
        self.archive = ArchiveStatus(True, True, 5, 2, 0.5, 1, "")
        self.sip, self.rtp, self.house = Counts(), Counters(), House()
        self.journal: Journal[Fact] = Journal.open(
            folder / "journal", Codec(FACTS), report=lambda finding: None
        )
        self.figures = Figures(tables_of(1))
        self.instruments, self.observer = self.figures.instruments, self.figures.observer
        sources = Sources(
            house=self.house,
            now=lambda: self.now,
            blocked_plan=lambda: 6,
            sip=self.sip,
            dialogs=lambda: 3,
            refusals=self.refusals,
            send_errors=lambda: 4,
            unconfirmed_names=lambda: 5,
            rtp=self.rtp,
            journal=self.journal,
            archive=lambda: self.archive,
            members=lambda: {("kc", "available"): 2},
            told={Told.REFUSED: 3},
        )
        self.figures.show(sources)

    def series(self, name: str) -> dict[tuple[str, ...], float]:
        """The values of the samples of this name, by label values."""
        families = text_string_to_metric_families(self.instruments.text().decode())
        samples = [sample for family in families for sample in family.samples]
        return {tuple(s.labels.values()): s.value for s in samples if s.name == name}

    def value(self, name: str) -> float:
        """The value of a metric without labels."""
        return self.series(name)[()]


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    made = Board(tmp_path)
    yield made
    made.journal.close()


def test_the_readme_lists_the_metrics_as_they_are(board: Board) -> None:
    shown = (
        README.read_text("utf-8").partition("<!-- figures -->\n")[2].partition("<!-- end of figures -->")[0]
    )

    assert shown == board.instruments.table()


def test_who_was_not_let_in_is_counted_by_why(board: Board) -> None:
    board.refusals.note(NotLetIn(Why.STRANGER, "INVITE", "192.0.2.99"))

    assert board.series("vaxeln_not_let_in_total") == {
        ("stranger",): 1,
        ("emergency",): 0,
        ("credentials",): 0,
        ("domain",): 0,
    }


def test_a_plan_that_cannot_be_used_alarms(board: Board) -> None:
    assert board.value("vaxeln_plan_version_unusable") == 6


def test_the_archive_is_shown(board: Board) -> None:
    names = ("database_up", "database_lag_facts", "database_lag_seconds", "dead_letters")
    assert [board.value(f"vaxeln_{name}") for name in names] == [1, 2, 0.5, 1]

    board.archive = ArchiveStatus(True, False, None, None, 7.0, 0, "connection refused")

    assert board.value("vaxeln_database_up") == 0
    assert math.isnan(board.value("vaxeln_database_lag_facts"))


def test_gauges_follow_the_plan(board: Board) -> None:
    assert set(board.series("vaxeln_open")) == {(MAIN,), (BYGGLOV,)}
    assert set(board.series("vaxeln_group_members")) == {("kc",), ("bygglov",)}

    only_main = NUMBERS.partition(f'[numbers."{BYGGLOV}"]')[0]
    board.figures.load(tables_of(2, numbers=only_main))

    for name in ("vaxeln_open", "vaxeln_waiting_calls", "vaxeln_longest_wait_seconds"):
        assert set(board.series(name)) == {(MAIN,)}
    assert set(board.series("vaxeln_number_info")) == {(MAIN, "Kontaktcenter", "kc")}


def test_an_alarm_can_be_had_of_holidays_that_nobody_knows_yet(board: Board) -> None:
    known = {calendar for (calendar,) in board.series("vaxeln_holidays_known_seconds")}
    assert known == set(tables_of(1).calendars)
    assert board.series("vaxeln_holidays_known_seconds")["kontorstid",] == 400 * 86_400

    board.now = NOON.replace(year=LAST_YEAR, month=12, day=30)
    assert board.series("vaxeln_holidays_known_seconds")["kontorstid",] == 2 * 86_400
    assert board.figures.holidays_known(board.now)["kontorstid"] == 2
    board.now = NOON.replace(year=LAST_YEAR, month=12, day=31, hour=23)  # in Sweden it is the next year
    assert board.series("vaxeln_holidays_known_seconds")["kontorstid",] == 0
    board.now = NOON.replace(year=LAST_YEAR + 1)
    assert board.series("vaxeln_holidays_known_seconds")["kontorstid",] == 0
    assert board.series("vaxeln_open")[MAIN,] == 1, "what is not known is not closed"


def test_who_waits_is_shown_for_every_number(board: Board) -> None:
    decided = RouteDecided(at=NOON, call="c1", decision=ring(phone("kc1"), number=MAIN), talk_limit=0.0)
    for fact in (arrive(), decided):
        board.observer.observe(fact)
    board.now = NOON + timedelta(seconds=42)

    assert board.series("vaxeln_waiting_calls") == {(MAIN,): 1, (BYGGLOV,): 0}
    assert board.series("vaxeln_longest_wait_seconds") == {(MAIN,): 42, (BYGGLOV,): 0}
    assert board.value("vaxeln_calls_in_progress") == 1


def test_who_could_answer_is_shown_by_group(board: Board) -> None:
    board.house.evolve(registered("kc1"))

    assert board.series("vaxeln_group_members_registered") == {("kc",): 1, ("bygglov",): 0}
    assert board.series("vaxeln_group_members_available") == {("kc",): 1, ("bygglov",): 0}
    assert board.value("vaxeln_registered_phones") == 1


def test_the_state_of_the_service(board: Board) -> None:
    board.house.evolve(PlanLoaded(at=NOON, version=7, digest="d"))
    board.house.evolve(DrainStarted(at=NOON))

    assert board.value("vaxeln_plan_version") == 7
    assert board.value("vaxeln_draining") == 1
    assert list(board.series("vaxeln_build_info").values()) == [1]


def test_each_look_tells_how_late_it_was_and_what_was_open(board: Board) -> None:
    board.figures.look(board.house, NOON, 100.0, 100.0)
    board.figures.look(board.house, NOON, 101.25, 101.0)
    board.figures.look(board.house, NOON, 102.0, 102.25)  # a timer may be a little early

    assert board.value("vaxeln_loop_lag_seconds_count") == 3
    assert board.value("vaxeln_loop_lag_seconds_sum") == 0.25
    assert board.series("vaxeln_open_seconds_total") == {(MAIN,): 2.0, (BYGGLOV,): 2.0}


def test_sip_is_counted_both_ways_by_a_closed_set_of_names(board: Board) -> None:
    board.sip.received.update({"INVITE": 2, "2xx": 1, "other": 5})
    board.sip.sent.update({"BYE": 3, "4xx": 4, "junk": 9})
    board.sip.dropped[Drop.STRAY_ACK] += 6
    board.sip.retransmissions, board.sip.absorbed, board.sip.refused = 7, 8, 9

    requests, responses = (
        board.series("vaxeln_sip_requests_total"),
        board.series("vaxeln_sip_responses_total"),
    )
    assert (requests["in", "INVITE"], requests["in", "other"], requests["out", "BYE"]) == (2, 5, 3)
    assert (responses["in", "2xx"], responses["out", "4xx"], responses["out", "2xx"]) == (1, 4, 0)
    assert (len(requests), len(responses)) == (2 * (len(METHODS) + 1), 12)
    assert board.series("vaxeln_sip_dropped_total")[("stray_ack",)] == 6
    assert board.value("vaxeln_sip_retransmissions_total") == 7
    assert board.value("vaxeln_sip_absorbed_total") == 8
    assert board.value("vaxeln_sip_refused_total") == 9
    assert board.value("vaxeln_sip_send_errors_total") == 4
    assert board.value("vaxeln_sip_dialogs") == 3


def test_sound_is_counted(board: Board) -> None:
    board.rtp.relayed, board.rtp.rtcp_relayed, board.rtp.prompt_packets = 1, 2, 3
    board.rtp.legs_open, board.rtp.prompts_unheard = 4, 5
    board.rtp.dropped[SoundDrop.STRANGER] += 6
    board.rtp.missing, board.rtp.late, board.rtp.reports = 7, 8, 9

    sent = {("sound",): 1, ("rtcp",): 2, ("prompt",): 3, ("report",): 9}
    assert board.series("vaxeln_rtp_packets_total") == sent
    assert board.value("vaxeln_rtp_missing_packets_total") == 7
    assert board.value("vaxeln_rtp_late_packets_total") == 8
    assert board.value("vaxeln_rtp_legs") == 4
    assert board.value("vaxeln_rtp_prompts_unheard_total") == 5
    assert board.series("vaxeln_rtp_dropped_total")[("stranger",)] == 6


def test_the_journal_is_shown(board: Board, tmp_path: Path) -> None:
    board.journal.append([DrainStarted(at=NOON)])
    board.journal.flush()

    (segment,) = (tmp_path / "journal").glob("*.seg")
    assert board.value("vaxeln_journal_position") == 1
    assert board.value("vaxeln_journal_bytes") == segment.stat().st_size > 0
    assert board.value("vaxeln_journal_failing") == board.value("vaxeln_journal_waiting") == 0
    assert board.value("vaxeln_journal_sync_lag_seconds") == 0
    assert board.value("vaxeln_journal_dropped_total") == 0


def test_a_journal_that_cannot_be_looked_at_spoils_no_other_figure(board: Board, tmp_path: Path) -> None:
    board.journal.flush()
    (tmp_path / "journal").rename(tmp_path / "elsewhere")

    size = board.value("vaxeln_journal_bytes")
    assert size != size
    assert board.value("vaxeln_sip_dialogs") == 3


def test_the_series_are_as_many_as_the_plan_gives(board: Board) -> None:
    text = board.instruments.text().decode()
    tables = tables_of(1)

    of_plan = [line for line in text.splitlines() if line.startswith("vaxeln_") and "number=" in line]
    of_groups = [line for line in text.splitlines() if line.startswith("vaxeln_group_")]
    assert len(of_plan) == 4 * len(tables.numbers)
    assert len(of_groups) == 4 * len(tables.groups)


def test_every_label_in_the_exposition_is_one_that_the_plan_gives_whatever_facts_come(board: Board) -> None:
    def feed(numbers: Iterable[str]) -> None:
        for number, outcome in product(numbers, [*Outcome, "", "weird"]):
            call = f"{number}/{outcome}"
            decided = replace(ring(phone("kc1"), number=number, group=number), outcome=outcome)
            board.observer.observe(arrive(call, dialled=number))
            board.observer.observe(RouteDecided(at=NOON, call=call, decision=decided, talk_limit=0.0))
            board.observer.observe(CallInterrupted(at=NOON, call=call, ended_at=NOON))
            board.observer.opened(number, 1.0, "absent")

    feed([MAIN, BYGGLOV, "112", ""])
    before = lines_of(board)
    feed(f"+46{number}" for number in range(500))

    assert lines_of(board) == before
    families = text_string_to_metric_families(board.instruments.text().decode())
    labels = [sample.labels for family in families for sample in family.samples]
    assert {every["number"] for every in labels if "number" in every} == {MAIN, BYGGLOV, "112", "unknown"}
    assert {every["group"] for every in labels if "group" in every} == {"kc", "bygglov"}


def lines_of(board: Board) -> int:
    return board.instruments.text().count(b"\n")


def test_trunks_that_have_us_register_are_shown(board: Board) -> None:
    trunk = '[trunks.net]\ngateways = ["192.0.2.40"]\n[trunks.net.registration]\nuser = "1"\nrealm = "a"\n'
    board.figures.load(tables_of(2, trunks=trunk))
    assert board.series("vaxeln_trunk_registered") == {("net",): 0}

    at = ("192.0.2.40", 5060)
    board.house.evolve(TrunkRegistered(at=NOON, trunk="net", registrar=at, seconds=60))

    assert board.series("vaxeln_trunk_registered") == {("net",): 1}


def test_who_waits_in_which_queue_is_shown(board: Board) -> None:
    board.figures.load(queue_tables())
    board.house.queues.join("c1", "kc", 5, NOON - timedelta(seconds=40))
    board.house.queues.join("c2", "kc", 5, NOON)

    assert board.series("vaxeln_queue_calls") == {("kc",): 2, ("bygglov",): 0}
    assert board.series("vaxeln_queue_longest_wait_seconds") == {("kc",): 40.0, ("bygglov",): 0.0}


def test_calls_of_another_day_are_not_of_today(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.instruments.answer.observe(3.0, MAIN)
    board.figures.look(board.house, board.now, 0.0, 0.0)
    board.figures.look(board.house, board.now, 1.0, 1.0)
    assert board.figures.today()[MAIN] == DayCount(1, 1)
    board.figures.look(board.house, board.now + timedelta(days=1), 2.0, 2.0)
    assert board.figures.today()[MAIN] == DayCount()


def test_what_is_recalled_of_yesterday_comes_too_late(tmp_path: Path) -> None:
    board = Board(tmp_path)
    today = board.now.date()
    board.figures.recall(today, {MAIN: DayCount(2)})
    assert board.figures.today()[MAIN] == DayCount(2)
    board.figures.look(board.house, board.now, 0.0, 0.0)
    board.figures.recall(today - timedelta(days=1), {MAIN: DayCount(9)})
    assert board.figures.today()[MAIN] == DayCount(2)
    board.figures.recall(today, {MAIN: DayCount(3)})
    assert board.figures.today()[MAIN] == DayCount(3)
