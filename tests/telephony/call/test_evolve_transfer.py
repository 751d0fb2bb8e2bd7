"""telephony/call/evolve_transfer.py: what a transfer changes. (Whole ones stand in test_transferring.)"""

from typing import Any

from routing.decision import Branch
from telephony.call import facts as f
from telephony.call import transfer_facts as t
from telephony.call.call import Phase
from telephony.call.evolve import begin, evolve
from telephony.call.evolve_transfer import TRANSFERS
from tests.support.calls import after, arrive, phone, ring


def test_every_fact_of_a_transfer_is_known_to_evolve() -> None:
    named = [kind for kind in vars(t).values() if isinstance(kind, type) and issubclass(kind, f.CallFact)]
    facts = {kind for kind in named if kind.__module__ == t.__name__}

    assert facts == set(TRANSFERS) | {t.TransferFact}


def test_a_transfer_that_leads_nowhere_goes_back_and_then_to_kontaktcenter() -> None:
    anna, bo = phone("anna"), phone("bo")
    fields: dict[str, Any] = {"at": after(1), "call": "c1"}
    call = begin(arrive())
    for fact in (
        f.RouteDecided(decision=ring(anna), talk_limit=0.0, **fields),
        f.MemberOffered(leg="c1.1", target=anna, **fields),
        f.MemberAnswered(leg="c1.1", **fields),
        f.CallConnected(leg="c1.1", member="anna", until=None, **fields),
    ):
        call = evolve(call, fact)
    for stage, following in ((t.Stage.TARGET, t.Stage.RETURN), (t.Stage.RETURN, t.Stage.CENTRE)):
        decided = t.TransferDecided(
            leg="c1.1", by=anna, kept="c1.0", number="+1", stage=stage, decision=ring(bo), **fields
        )
        call = evolve(call, decided)
        assert (call.phase, call.pending) == (Phase.TRANSFERRING, (bo,))
        call = evolve(call, t.TransferFailed(leg="c1.1", stage=stage, status=480, **fields))
        assert call.transfer is not None
        assert (call.transfer.stage, call.transfer.is_open) == (following, True)
    call = evolve(call, f.RouteExhausted(branch=Branch.NO_ANSWER, **fields))
    assert call.transfer is not None
    assert call.transfer.branch is Branch.NO_ANSWER
