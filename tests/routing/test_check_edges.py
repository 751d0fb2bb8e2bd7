import pytest

from routing.check_edges import check_edges
from routing.compile import compile_plan
from routing.errors import PlanInvalid
from tests.support.plans import plan_of


def found(more: str) -> dict[str, str]:
    return {problem.path: problem.message for problem in check_edges(plan_of(more=more))}


def test_an_edge_of_its_own_is_no_problem() -> None:
    assert found("") == {}
    assert found('[edges.front]\naddresses = ["192.0.2.70", "192.0.2.71:5080"]\n') == {}


def test_an_edge_that_is_a_trunk_or_another_edge() -> None:
    assert found('[edges.front]\naddresses = ["192.0.2.10"]\n') == {
        "edges.front.addresses[0]": "192.0.2.10 is a trunk's peer too (trunks.operator.peers[0]): "
        "who calls by the edge would be it"
    }
    two = '[edges.front]\naddresses = ["192.0.2.70"]\n[edges.back]\naddresses = ["192.0.2.70"]\n'
    assert found(two) == {"edges.back.addresses[0]": "192.0.2.70 is given already (edges.front.addresses[0])"}


def test_an_edge_has_an_address() -> None:
    with pytest.raises(PlanInvalid, match="must not be empty"):
        plan_of(more="[edges.front]\naddresses = []\n")
    with pytest.raises(PlanInvalid, match="must be an IP address"):
        plan_of(more='[edges.front]\naddresses = ["edge.example"]\n')


def test_edges_are_in_the_tables() -> None:
    assert compile_plan(plan_of()).edges is None
    edges = compile_plan(plan_of(more='[edges.front]\naddresses = ["192.0.2.70"]\n')).edges
    assert edges is not None
    assert edges.trunk("192.0.2.70", 1234) == "front"
