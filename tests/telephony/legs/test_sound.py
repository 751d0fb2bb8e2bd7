"""telephony/legs/sound.py: what is told of a leg's sound at its end."""

from telephony.call import facts as f
from telephony.call.sound_facts import LegSoundMeasured
from telephony.sdp.measurement import Measurement
from tests.support.stage import DIRECT, Stage


def test_what_was_measured_is_a_fact_of_each_leg_that_had_sound_before_it_ends(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.accept()
    call.assert_answered()
    call.ack(cseq=1)
    stage.media.measured = {
        "call1.0": Measurement(500, 3, 0.004, 0.08),
        "call1.1": Measurement(490, 0, None, None),
    }

    call.hang_up()
    member.peer.answer(member.peer.take("BYE"), 200)

    caller, other = stage.facts(LegSoundMeasured)
    assert (caller.leg, caller.packets, caller.lost) == ("call1.0", 500, 3)
    assert (caller.jitter, caller.round_trip) == (0.004, 0.08)
    assert (other.call, other.leg, other.packets, other.jitter) == ("call1", "call1.1", 490, None)
    told = [
        type(fact) for fact in stage.virtual.journal.facts if isinstance(fact, LegSoundMeasured | f.LegEnded)
    ]
    assert told == [LegSoundMeasured, f.LegEnded, LegSoundMeasured, f.LegEnded]
    stage.assert_nothing_kept()


def test_of_legs_without_sound_nothing_is_told(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    stage.offered("kc1")
    call.cancel()

    assert stage.facts(LegSoundMeasured) == []
