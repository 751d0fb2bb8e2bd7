from collections import Counter

import pytest

from routing.gateways import NO_NAMES, in_turn, places_of, without_address
from routing.places import Found, Named, Place
from routing.tables import GatewayRow


def row(host: str, priority: int = 1, weight: int = 1) -> GatewayRow:
    return GatewayRow(Place(host, 5060), priority, weight, f"trunk/{host}", "")


def order(rows: list[GatewayRow], draw: float) -> str:
    return "".join(way.address.host for way in in_turn(rows, draw, NO_NAMES))


def test_the_lowest_priority_is_first_whatever_the_draw() -> None:
    rows = [row("a"), row("b", 2, weight=1000), row("c", 3)]

    assert {order(rows, draw / 100) for draw in range(100)} == {"abc"}


def test_of_one_priority_each_is_first_by_its_weight() -> None:
    rows = [row("a", weight=6), row("b", weight=3), row("c", weight=1), row("d", 2)]

    orders = [order(rows, draw / 1000) for draw in range(1000)]

    assert Counter(text[0] for text in orders) == {"a": 600, "b": 300, "c": 100}
    assert {text[3] for text in orders} == {"d"}
    # What the first choice leaves of the draw is as good for the second
    after_a = Counter(text[1] for text in orders if text[0] == "a")
    assert (after_a["b"], after_a["c"]) == (450, 150)


def test_the_end_of_the_range_chooses_the_last() -> None:
    assert order([row("a"), row("b")], 1.0) == "ba"


def test_no_gateways() -> None:
    assert order([], 0.5) == ""


# ---- names

NAME = Named("pbx.example.se", None, "TLS")


class Known:
    """What some names mean."""

    def __init__(self, *found: Found) -> None:
        self._found = found

    def places(self, named: Named) -> tuple[Found, ...]:
        return self._found if named == NAME else ()


def found(priority: int, weight: int, *hosts: str) -> Found:
    return Found(priority, weight, tuple(NAME.at(host, 5061) for host in hosts))


def named_row() -> GatewayRow:
    return GatewayRow(NAME, 1, 1, "trunk/o", "trunks.o.gateways[0]")


def test_a_name_is_tried_at_each_of_its_addresses_before_the_next_gateway() -> None:
    names = Known(found(10, 0, "a"), found(20, 0, "b", "c"))

    ways = list(in_turn([named_row(), row("d", 2)], 0.0, names))

    assert [(way.address.host, way.member, way.where) for way in ways] == [
        ("a", "trunk/o", "trunks.o.gateways[0]"),
        ("b", "trunk/o#2", "trunks.o.gateways[0]"),
        ("c", "trunk/o#3", "trunks.o.gateways[0]"),
        ("d", "trunk/d", ""),
    ]


def test_records_of_one_priority_by_weight_and_one_of_none_hardly_ever() -> None:
    names = Known(found(1, 0, "a"), found(1, 3, "b"), found(1, 1, "c"))

    firsts = Counter(next(in_turn([named_row()], draw / 1000, names)).address.host for draw in range(1000))

    assert firsts["a"] < 5
    assert firsts["b"] == pytest.approx(750, abs=3)
    assert Counter(
        next(in_turn([named_row()], draw / 4, Known(found(1, 0, "a"), found(1, 0, "b")))).address.host
        for draw in range(4)
    ) == {"a": 2, "b": 2}


def test_addresses_of_one_host_are_each_as_often_the_first() -> None:
    names = Known(found(0, 0, "a", "b"))

    assert [
        [way.address.host for way in in_turn([named_row()], draw, names)] for draw in (0.0, 0.49, 0.5, 0.99)
    ] == [["a", "b"], ["a", "b"], ["b", "a"], ["b", "a"]]


def test_a_name_that_means_nothing_is_left_out_and_told() -> None:
    rows = [named_row(), row("d", 2)]

    assert [way.address.host for way in in_turn(rows, 0.0, NO_NAMES)] == ["d"]
    assert without_address(rows, NO_NAMES) == rows[:1]
    assert without_address(rows, Known(found(0, 0, "a"))) == []
    assert places_of(rows[0], Known(found(0, 0, "a"), found(1, 0, "b"))) == (
        NAME.at("a", 5061),
        NAME.at("b", 5061),
    )
