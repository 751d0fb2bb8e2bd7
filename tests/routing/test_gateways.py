from collections import Counter

from routing.gateways import in_turn
from routing.tables import GatewayRow


def row(host: str, priority: int = 1, weight: int = 1) -> GatewayRow:
    return GatewayRow((host, 5060), priority, weight, f"trunk/{host}", "")


def order(rows: list[GatewayRow], draw: float) -> str:
    return "".join(gateway.address[0] for gateway in in_turn(rows, draw))


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
