import pytest

from routing.nets import NetRow, NetTable, read_prefix

HOUSE, FLOOR, DESK, SIX = (
    NetRow("house"),
    NetRow("floor", ("pcma",)),
    NetRow("desk"),
    NetRow("six", direct=True),
)
TABLE = NetTable.of(
    [
        (read_prefix("10.1.0.0/16"), HOUSE),
        (read_prefix("10.1.2.0/24"), FLOOR),
        (read_prefix("10.1.2.3"), DESK),
        (read_prefix("2001:db8::/32"), SIX),
    ]
)


@pytest.mark.parametrize(
    ("host", "net"),
    [
        ("10.1.9.9", HOUSE),
        ("10.1.2.9", FLOOR),
        ("10.1.2.3", DESK),
        ("::ffff:10.1.2.9", FLOOR),
        ("2001:db8:1::1", SIX),
        ("2001:db8:1::1%eth0", SIX),
        ("10.2.0.1", None),
        ("2001:db9::1", None),
        ("pbx.example.org", None),
    ],
)
def test_the_longest_prefix_wins(host: str, net: NetRow | None) -> None:
    assert TABLE.at(host) == net


def test_a_plan_without_nets_has_an_empty_table() -> None:
    assert not NetTable.of([])
    assert TABLE


def test_a_prefix_of_all_addresses_is_one() -> None:
    table = NetTable.of([(read_prefix("0.0.0.0/0"), HOUSE), (read_prefix("::/0"), SIX)])

    assert (table.at("192.0.2.1"), table.at("2001:db8::1")) == (HOUSE, SIX)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.1.0.1/16",
        "10.1.0.0/33",
        "224.0.0.0/4",
        "ff02::/16",
        "fe80::%eth0/64",
        "::ffff:10.1.0.0/112",
        "house",
    ],
)
def test_what_is_no_prefix_of_a_net(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be a prefix such as 10\.1\.0\.0/16"):
        read_prefix(text)


def test_where_sound_may_go_directly() -> None:
    assert TABLE.has_direct
    assert not NetTable.of([(read_prefix("10.1.0.0/16"), HOUSE)]).has_direct
    assert [TABLE.direct_at(host) for host in ("2001:db8::1", "10.1.2.3", "10.2.0.1")] == ["six", "", ""]
