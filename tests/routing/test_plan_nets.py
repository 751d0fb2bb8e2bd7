import pytest

from routing.errors import PlanInvalid
from routing.nets import NetRow
from routing.plan_nets import Net
from tests.support.plans import plan_of, tables_of

NETS = """
[nets.office]
prefixes = ["10.1.0.0/16", "192.0.2.10"]
codecs = ["PCMA", "opus"]
[nets.house]
prefixes = ["2001:DB8::/32"]
direct = true
"""


def test_nets_are_read() -> None:
    assert plan_of(more=NETS).nets == {
        "office": Net(prefixes=("10.1.0.0/16", "192.0.2.10/32"), codecs=("PCMA", "opus")),
        "house": Net(prefixes=("2001:db8::/32",), direct=True),
    }


def test_nets_are_compiled() -> None:
    nets = tables_of(more=NETS).nets

    assert nets.at("192.0.2.10") == NetRow("office", ("pcma", "opus"))
    assert nets.at("2001:db8::7") == NetRow("house", None, direct=True)
    assert not tables_of().nets


@pytest.mark.parametrize(
    ("net", "path"),
    [
        ("prefixes = []", "nets.office.prefixes"),
        ('prefixes = ["10.1.0.1/16"]', "nets.office.prefixes[0]"),
        ('prefixes = ["10.1.0.0/16"]\ncodecs = []', "nets.office.codecs"),
        ('prefixes = ["10.1.0.0/16"]\ncodecs = ["G.711 A"]', "nets.office.codecs[0]"),
        ('prefixes = ["10.1.0.0/16"]\ndirect = 1', "nets.office.direct"),
    ],
)
def test_what_is_wrong_is_named(net: str, path: str) -> None:
    with pytest.raises(PlanInvalid) as raised:
        plan_of(more=f"[nets.office]\n{net}\n")

    assert path in [fault.path for fault in raised.value.faults]
