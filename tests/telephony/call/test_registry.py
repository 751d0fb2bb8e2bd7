from telephony.call import callback_facts as b
from telephony.call import confirm_facts as c
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call import menu_facts as m
from telephony.call import moments, repair_facts, sound_facts
from telephony.call import pickup_facts as p
from telephony.call import prompt_facts as s
from telephony.call import queue_facts as q
from telephony.call import transfer_facts as t
from telephony.call import trunk_facts as r
from telephony.call.registry import FACTS

_BASES = {
    b.CallbackFact,
    f.Fact,
    f.CallFact,
    f.LegFact,
    h.PhoneFact,
    h.OverrideFact,
    h.GatewayFact,
    d.MemberFact,
    t.TransferFact,
    r.TrunkFact,
    s.PromptFact,
}


def test_the_journal_can_hold_every_fact_there_is() -> None:
    defined = {
        kind
        for module in (b, c, d, f, h, m, p, q, s, t, r, moments, repair_facts, sound_facts)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, f.Fact)
    }

    assert set(FACTS) == defined - _BASES
    assert len(FACTS) == len(set(FACTS))
