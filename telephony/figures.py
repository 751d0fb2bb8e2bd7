"""All figures of a service in one place: those counted from facts, and those read when they are asked for."""

import math
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version

from metrics.day_counts import DayCount, DayCounts
from metrics.exposition import Values
from metrics.instruments import Instruments
from metrics.observer import Observer, Waiting
from routing.gateways import places_of
from routing.hours import STOCKHOLM
from routing.interval import DAY
from routing.tables import Tables
from telephony.archive.errors import JournalUnusable
from telephony.archive.journal import Journal
from telephony.archive.status import ArchiveStatus
from telephony.attendance import Attendance
from telephony.call.facts import Fact
from telephony.call.house import House
from telephony.chart import Chart
from telephony.legs.refusals import Refusals, Why
from telephony.legs.telling import Told
from telephony.media.counters import Counters
from telephony.sip.counts import METHODS, OTHER, Counts, Drop

_CLASSES = tuple(f"{digit}xx" for digit in range(1, 7))
_METHODS = (*sorted(METHODS), OTHER)
_NOBODY = Waiting()


@dataclass(frozen=True, slots=True)
class Sources:
    """Who is asked. `now` gives aware UTC, `dialogs`, `send_errors` and `unconfirmed_names` how many
    there are, `blocked_plan` the version that this program cannot use, or 0."""

    house: House
    now: Callable[[], datetime]
    blocked_plan: Callable[[], int]
    sip: Counts
    dialogs: Callable[[], int]
    refusals: Refusals
    send_errors: Callable[[], int]
    unconfirmed_names: Callable[[], int]
    rtp: Counters
    journal: Journal[Fact]
    archive: Callable[[], ArchiveStatus]
    members: Callable[[], Mapping[tuple[str, str], int]]
    told: Mapping[Told, int]


class Figures:
    """All figures of one service: it gives the facts to `observer`, and each second a `look`."""

    def __init__(self, tables: Tables) -> None:
        self.chart = Chart(tables)
        self.instruments = Instruments()
        self.observer = Observer(self.instruments, lambda: self.chart.labels)
        self._attendance = Attendance(self.observer)
        self._day: date | None = None
        self._counts = DayCounts(self.instruments)

    def load(self, tables: Tables) -> None:
        """Follow this plan from now on. What was counted of numbers that it lacks is kept."""
        self.chart = Chart(tables)

    def holidays_known(self, now: datetime) -> Mapping[str, int]:
        """For how many days from a time on each calendar of the plan knows its holidays."""
        return self.chart.holidays_known(now)

    def show(self, sources: Sources) -> None:
        """Show from now on what is no fact."""
        _show_service(self.instruments, sources)
        _show_calls(self, sources)
        _show_groups(self, sources.house, sources.now)
        self.instruments.watch_each(
            ("group", "state"),
            "vaxeln_members",
            "Members of a group by what they are doing; one who is in several groups is in each.",
            sources.members,
        )
        self.instruments.watch_each(
            ("result",),
            "vaxeln_members_told_total",
            "Messages to members given a pause: taken, refused (many phones know none) or unreached.",
            lambda: {told.value: sources.told.get(told, 0) for told in Told},
        )
        self.instruments.watch(
            "vaxeln_gateway_names_unconfirmed",
            "Host names of gateways that DNS gives no address of now: an old one is used, or there is none.",
            sources.unconfirmed_names,
        )
        _show_sip(self.instruments, sources)
        _show_sound(self.instruments, sources.rtp)
        _show_journal(self.instruments, sources.journal)
        _show_archive(self.instruments, sources.archive)

    def look(self, house: House, now: datetime, monotonic: float, due: float) -> None:
        """Look at what passes with time. `due` is when this should have been, in the loop's seconds."""
        self.instruments.loop_lag.observe(max(monotonic - due, 0.0))
        self._attendance.look(self.chart, house, now, monotonic)
        before, self._day = self._day, now.astimezone(STOCKHOLM).date()
        if before not in (None, self._day):
            self._counts.begin()

    def today(self) -> Mapping[str, DayCount]:
        """What was counted of each number's calls since midnight."""
        return {number: self._counts.of(number) for number in self.chart.functions}

    def recall(self, day: date, earlier: Mapping[str, DayCount]) -> None:
        """This was counted on that day before the service began; of another day it is of no matter."""
        if self._day in (None, day):
            self._counts.recall(earlier)


def _show_service(instruments: Instruments, sources: Sources) -> None:
    house = sources.house
    build: dict[Values, float] = {(version("vaxeln"), platform.python_version()): 1}
    instruments.watch_each(("version", "python"), "vaxeln_build_info", "Always 1: what runs.", lambda: build)
    instruments.watch("vaxeln_plan_version", "The version of the plan in force.", lambda: house.plan_version)
    instruments.watch(
        "vaxeln_plan_version_unusable",
        "The version of the plan that is due, or waits, and has errors for this program; 0 for none.",
        sources.blocked_plan,
    )
    instruments.watch("vaxeln_draining", "1 while the service drains.", lambda: house.draining)


def _show_calls(figures: Figures, sources: Sources) -> None:
    instruments, observer, now = figures.instruments, figures.observer, sources.now

    def waiting(field: Callable[[Waiting], float]) -> dict[str, float]:
        found = observer.waiting(now())
        return {number: field(found.get(number, _NOBODY)) for number in figures.chart.functions}

    watch_each = instruments.watch_each
    instruments.watch("vaxeln_calls_in_progress", "Calls that have no outcome yet.", observer.in_progress)
    watch_each(
        ("number",),
        "vaxeln_open",
        "Whether a number is open now (1) or closed (0).",
        lambda: figures.chart.open_numbers(sources.house.overrides(), now()),
    )
    watch_each(
        ("calendar",),
        "vaxeln_holidays_known_seconds",
        "How long from today on a calendar knows its holidays, at most 400 days; at 0 it closes on none.",
        lambda: {name: days * DAY for name, days in figures.chart.holidays_known(now()).items()},
    )
    watch_each(
        ("number",),
        "vaxeln_waiting_calls",
        "Callers who wait for a person now.",
        lambda: waiting(lambda those: those.calls),
    )
    watch_each(
        ("number",),
        "vaxeln_longest_wait_seconds",
        "How long the first of them has waited; 0 when none does.",
        lambda: waiting(lambda those: those.longest),
    )
    instruments.watch_each(
        ("number", "function", "group"),
        "vaxeln_number_info",
        "Always 1: a number's function, and the group that answers it when it is open.",
        lambda: {(number, *row): 1 for number, row in figures.chart.functions.items()},
    )


def _longest(queues: Iterable[str], house: House, now: datetime) -> dict[str, float]:
    since = house.queues.longest()
    return {group: (now - since[group]).total_seconds() if group in since else 0.0 for group in queues}


def _show_groups(figures: Figures, house: House, now: Callable[[], datetime]) -> None:
    watch_each = figures.instruments.watch_each
    watch_each(("group",), "vaxeln_group_members", "Members of a group.", lambda: figures.chart.members)
    watch_each(
        ("group",),
        "vaxeln_group_members_registered",
        "Members who are on duty, not away, and have a phone that is registered.",
        lambda: figures.chart.staff(house, now()).registered,
    )
    watch_each(
        ("group",),
        "vaxeln_group_members_available",
        "Members who could answer now: on duty, not away, registered and free.",
        lambda: figures.chart.staff(house, now()).available,
    )
    watch_each(
        ("group",),
        "vaxeln_group_members_unproven",
        "Members who are on duty, not away and free, and reached outside alone.",
        lambda: figures.chart.staff(house, now()).unproven,
    )
    watch_each(
        ("group",),
        "vaxeln_queue_calls",
        "Callers in the queue of a group now.",
        lambda: {group: house.waiting(group) for group in figures.chart.queues},
    )
    watch_each(
        ("group",),
        "vaxeln_queue_longest_wait_seconds",
        "How long the one has waited there who has waited longest; 0 when nobody does.",
        lambda: _longest(figures.chart.queues, house, now()),
    )
    figures.instruments.watch(
        "vaxeln_registered_phones",
        "Phones that can be reached now.",
        lambda: len(house.registrations()) - len(house.lost()),
    )
    figures.instruments.watch(
        "vaxeln_lost_phones", "Phones that are registered and do not answer.", lambda: len(house.lost())
    )
    watch_each(
        ("trunk",),
        "vaxeln_trunk_calls",
        "Calls that a trunk has now, both ways.",
        lambda: {trunk: house.channels(trunk) for trunk in figures.chart.trunks},
    )
    watch_each(
        ("trunk",),
        "vaxeln_trunk_registered",
        "1 while we are registered with a trunk that wants it, else 0.",
        lambda: {trunk: house.registrar(trunk) is not None for trunk in figures.chart.registered_trunks},
    )
    watch_each(
        ("trunk", "gateway"),
        "vaxeln_gateway_up",
        "0 while a gateway that has answered OPTIONS does so no more, or has no address, else 1.",
        lambda: {
            key: any(house.is_up(place) for place in places_of(row, house))
            for key, row in figures.chart.gateways.items()
        },
    )


def _show_sip(instruments: Instruments, sources: Sources) -> None:
    counts, watch = sources.sip, instruments.watch
    watch("vaxeln_sip_transactions", "SIP transactions now.", lambda: counts.transactions)
    watch("vaxeln_sip_dialogs", "Legs of calls that have not ended.", sources.dialogs)
    instruments.watch_each(
        ("direction", "method"),
        "vaxeln_sip_requests_total",
        "SIP requests: received with repetitions, sent without.",
        lambda: _both_ways(counts, _METHODS),
    )
    instruments.watch_each(
        ("direction", "class"),
        "vaxeln_sip_responses_total",
        "SIP responses by class, counted as requests are.",
        lambda: _both_ways(counts, _CLASSES),
    )
    watch("vaxeln_sip_retransmissions_total", "Messages sent again.", lambda: counts.retransmissions)
    watch("vaxeln_sip_absorbed_total", "Requests received again.", lambda: counts.absorbed)
    watch(
        "vaxeln_sip_refused_total",
        "Requests refused before any call: malformed, looped or one too many.",
        lambda: counts.refused,
    )
    instruments.watch_each(
        ("why",),
        "vaxeln_not_let_in_total",
        "Requests of strangers, with wrong passwords or for other domains.",
        lambda: {why.value: sources.refusals.counts[why] for why in Why if why is not Why.OTHER},
    )
    instruments.watch_each(
        ("reason",),
        "vaxeln_sip_dropped_total",
        "SIP messages left without an answer.",
        lambda: {reason.value: counts.dropped[reason] for reason in Drop},
    )
    watch("vaxeln_sip_send_errors_total", "Messages that the system would not send.", sources.send_errors)


def _show_sound(instruments: Instruments, counters: Counters) -> None:
    instruments.watch("vaxeln_rtp_legs", "Legs with a media port now.", lambda: counters.legs_open)
    instruments.watch_each(
        ("kind",),
        "vaxeln_rtp_packets_total",
        "Packets sent: sound and reports (rtcp) passed on, prompts and reports of our own.",
        lambda: {
            "sound": counters.relayed,
            "rtcp": counters.rtcp_relayed,
            "prompt": counters.prompt_packets,
            "report": counters.reports,
        },
    )
    instruments.watch(
        "vaxeln_rtp_missing_packets_total",
        "Packets of sound overtaken by later ones: lost, or late.",
        lambda: counters.missing,
    )
    instruments.watch(
        "vaxeln_rtp_late_packets_total",
        "Packets of sound that came after later ones, or twice.",
        lambda: counters.late,
    )
    instruments.watch_each(
        ("reason",),
        "vaxeln_rtp_dropped_total",
        "Packets not passed on.",
        lambda: {reason.value: number for reason, number in counters.dropped.items()},
    )
    instruments.watch(
        "vaxeln_rtp_prompts_unheard_total",
        "Prompts played to a leg that could not hear them.",
        lambda: counters.prompts_unheard,
    )


def _show_journal(instruments: Instruments, journal: Journal[Fact]) -> None:
    watch = instruments.watch
    watch("vaxeln_journal_position", "Position of the last fact.", lambda: journal.position)
    watch("vaxeln_journal_bytes", "Size of the journal on disk, in octets.", lambda: _octets(journal))
    watch(
        "vaxeln_journal_sync_lag_seconds",
        "Age of the oldest write that is not on disk; 0 when all is.",
        lambda: journal.sync_lag,
    )
    watch("vaxeln_journal_waiting", "Facts that wait in memory for the disk.", lambda: journal.waiting)
    watch("vaxeln_journal_failing", "1 while the journal cannot be written.", lambda: journal.failing)
    watch("vaxeln_journal_dropped_total", "Facts lost for want of memory.", lambda: journal.dropped)
    watch("vaxeln_journal_sync_failures_total", "Disk syncs that failed.", lambda: journal.sync_failures)


def _show_archive(instruments: Instruments, status: Callable[[], ArchiveStatus]) -> None:
    watch = instruments.watch
    watch("vaxeln_database_up", "1 while the database takes facts.", lambda: status().is_up)
    watch(
        "vaxeln_database_lag_facts",
        "Facts that the database does not have; not a number until it has said what it has.",
        lambda: math.nan if (lag := status().lag_facts) is None else lag,
    )
    watch(
        "vaxeln_database_lag_seconds",
        "Age of the oldest fact that the database does not have.",
        lambda: status().lag_seconds,
    )
    watch("vaxeln_dead_letters", "Facts that the database refused.", lambda: status().dead_letters)


def _both_ways(counts: Counts, names: Iterable[str]) -> dict[Values, float]:
    ways = {"in": counts.received, "out": counts.sent}
    return {(way, name): counted[name] for way, counted in ways.items() for name in names}


def _octets(journal: Journal[Fact]) -> float:
    """Not a number when the folder cannot be read, or a segment has just been deleted."""
    try:
        return sum(segment.path.stat().st_size for segment in journal.segments())
    except (JournalUnusable, OSError):
        return math.nan
