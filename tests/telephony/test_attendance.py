from datetime import datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from metrics.instruments import Instruments
from metrics.observer import Observer
from routing.override import Override
from telephony.attendance import MAX_SECONDS, Attendance
from telephony.call import facts as f
from telephony.call.house import House
from telephony.call.house_facts import OverrideSet
from telephony.chart import Chart
from tests.support.calls import NOON, arrive, phone, registered
from tests.support.flows import menu, number
from tests.support.plans import BYGGLOV, FORSKOLA, MAIN, SOCIAL, TRUNKS, tables_of

PEOPLE = """
[people]
amina = { name = "Amina Berg", phones = ["kc1"] }
bengt = { name = "Bengt Lund", phones = ["kc2"] }
david = { name = "David Holm", phones = ["bygg1"] }
elif = { name = "Elif Yilmaz", phones = ["bygg2"], number = "+46701740607", number_public = true }
"""
MORE = f"""
[numbers."{FORSKOLA}"]
function = "Förskola"
calendar = "aldrig"
destination = {{ group = "bygglov" }}
[numbers."{SOCIAL}"]
function = "Socialtjänst"
calendar = "alltid"
destination = {{ person = "elif" }}
"""


OUT = TRUNKS.replace("emergency", "outside = true\nemergency")


class Watch:
    """An attendance, and what it has counted."""

    def __init__(self, more: str = MORE, people: str = PEOPLE, trunks: str = TRUNKS) -> None:
        self._instruments = Instruments()
        self._chart = Chart(tables_of(1, people=people, more=more, trunks=trunks))
        self._attendance = Attendance(Observer(self._instruments, lambda: self._chart.labels))
        self.house = House()

    def look(self, *seconds: float, now: datetime = NOON) -> None:
        for second in seconds:
            self._attendance.look(self._chart, self.house, now, second)

    def counted(self, name: str) -> dict[tuple[str, ...], float]:
        families = text_string_to_metric_families(self._instruments.text().decode())
        samples = [sample for family in families for sample in family.samples]
        return {tuple(s.labels.values()): s.value for s in samples if s.name == name}

    @property
    def open(self) -> dict[tuple[str, ...], float]:
        return self.counted("vaxeln_open_seconds_total")

    @property
    def unattended(self) -> dict[tuple[str, ...], float]:
        return self.counted("vaxeln_unattended_seconds_total")


def test_the_first_look_only_begins() -> None:
    watch = Watch()
    watch.look(100.0)

    assert watch.open == {}


def test_numbers_are_open_and_nobody_is_there() -> None:
    watch = Watch()
    watch.look(100.0, 101.0, 102.5)

    assert watch.open == {(MAIN,): 2.5, (BYGGLOV,): 2.5}
    assert watch.unattended == {(MAIN, "absent"): 2.5, (BYGGLOV, "absent"): 2.5}


def test_who_is_registered_and_free_attends_a_number() -> None:
    watch = Watch()
    watch.house.evolve(registered("kc1"))
    watch.look(100.0, 101.0)

    assert watch.open == {(MAIN,): 1.0, (BYGGLOV,): 1.0}
    assert watch.unattended == {(BYGGLOV, "absent"): 1.0}


def test_who_is_in_a_call_is_there_but_busy() -> None:
    watch = Watch()
    offered = f.MemberOffered(at=NOON, call="c1", leg="c1.1", target=phone("amina", "kc1"))
    for fact in (registered("kc1"), arrive(), offered):
        watch.house.evolve(fact)
    watch.look(100.0, 101.0)

    assert watch.unattended == {(MAIN, "busy"): 1.0, (BYGGLOV, "absent"): 1.0}


def test_who_is_reached_outside_alone_is_unproven() -> None:
    watch = Watch(people=PEOPLE.replace('["bygg1"]', '[], mobile = "+46701740699"'), trunks=OUT)
    watch.look(100.0, 101.0)
    assert watch.unattended == {(MAIN, "absent"): 1.0, (BYGGLOV, "unproven"): 1.0}

    watch.house.evolve(registered("bygg2"))  # a colleague, who has shown to be there
    watch.look(102.0)

    assert watch.unattended[BYGGLOV, "unproven"] == 1.0


def test_a_number_closed_by_hand_does_not_count() -> None:
    watch = Watch()
    override = Override(open=False, until=NOON + timedelta(hours=1), reason="brand", owner="admin")
    watch.house.evolve(OverrideSet(at=NOON, number=MAIN, override=override, by="admin"))
    watch.look(100.0, 101.0)
    assert set(watch.open) == {(BYGGLOV,)}

    watch.look(102.0, now=override.until)
    assert watch.open == {(BYGGLOV,): 2.0, (MAIN,): 1.0}


@pytest.mark.parametrize("pause", [MAX_SECONDS + 1, 3600.0])
def test_of_a_long_pause_nothing_is_known(pause: float) -> None:
    watch = Watch()
    watch.look(100.0, 100.0 + pause)

    assert watch.open[(MAIN,)] == MAX_SECONDS


def test_behind_a_menu_one_group_that_could_answer_is_enough() -> None:
    destination = '{ menu = "val" }'
    keys = '1 = { group = "bygglov" }, 2 = { group = "kc" }'
    watch = Watch(number(SOCIAL, destination) + menu("val", keys))
    watch.look(0, 1)

    assert watch.unattended[SOCIAL, "absent"] == 1
    watch.house.evolve(registered("kc1"))
    watch.look(2)
    assert watch.unattended[SOCIAL, "absent"] == 1
    assert watch.open[(SOCIAL,)] == 2
