import struct
from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest

from telephony.media.player import MAX_LATE_MS, PERIOD_MS, Player, Turn, Voice, WaitingPlayback
from telephony.media.prompts import Prompt
from telephony.sdp.codec import G722, PCMA, PCMU
from telephony.sdp.direction import Direction
from tests.support.sounds import cut, encoded
from tests.telephony.media.streams import OPUS, stream

START = 1000.0
SECOND = encoded("second", b"".join(struct.pack("<h", value) for value in range(8000)))
WORD = encoded("word", b"".join(struct.pack("<h", -value) for value in range(480)))
MUSIC = encoded("music", b"".join(struct.pack("<h", value * 9) for value in range(1600)))
A_LAW, MU_LAW = Voice(PCMA, 8), Voice(PCMU, 0)


class FixedRandom(Random):
    """Draws the largest number there is, so that everything wraps."""

    def getrandbits(self, k: int, /) -> int:
        return (1 << k) - 1


@pytest.fixture
def player() -> Player:
    return Player(FixedRandom())


def turns(player: Player) -> Iterator[tuple[float, Turn]]:
    """Everything that the player does, each at the time it asked for."""
    while (due := player.get_timer()) is not None:
        yield due, player.handle_timer(due)


def header(packet: bytes) -> tuple[int, int, int, int, int]:
    first, second, sequence, timestamp, ssrc = struct.unpack("!BBHII", packet[:12])
    return first, second, sequence, timestamp, ssrc


@pytest.mark.parametrize(
    ("voice", "number"), [(A_LAW, 8), (MU_LAW, 0), (Voice(G722, 9), 9), (Voice(PCMA, 96), 96)]
)
def test_a_second_of_sound_is_fifty_packets_twenty_milliseconds_apart(
    player: Player, voice: Voice, number: int
) -> None:
    player.play("a", SECOND, voice, START)

    sent = [(due, packet) for due, turn in turns(player) for _, packet in turn.packets]

    assert len(sent) == 50
    assert sent[0][0] - START <= 0.020
    assert [round((due - sent[0][0]) * 1000) for due, _ in sent] == list(range(0, 1000, 20))
    assert [header(packet)[1] & 0x7F for _, packet in sent] == [number] * 50
    assert [packet[12:] for _, packet in sent] == cut(SECOND, voice.codec)


def test_the_clock_of_g722_is_that_of_g711(player: Player) -> None:
    """Though it samples twice as often (RFC 3551 4.5.2)."""
    player.play("a", SECOND, Voice(G722, 9), START)

    headers = [header(packet) for _, turn in turns(player) for _, packet in turn.packets]

    assert [after[3] - before[3] for before, after in pairwise(headers[1:])] == [160] * 48
    assert {len(frame) for frame in cut(SECOND, G722)} == {160}


def test_sequence_and_timestamp_go_on_from_random_numbers_and_wrap(player: Player) -> None:
    player.play("a", SECOND, A_LAW, START)

    headers = [header(packet) for _, turn in turns(player) for _, packet in turn.packets]

    assert headers[0] == (0x80, 0x88, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    assert headers[1] == (0x80, 0x08, 0, 159, 0xFFFFFFFF)
    assert headers[49] == (0x80, 0x08, 48, 159 + 48 * 160, 0xFFFFFFFF)


def test_the_end_is_told_once_when_the_last_packet_has_been_heard(player: Player) -> None:
    player.play("a", SECOND, A_LAW, START)

    seen = list(turns(player))

    assert [due for due, turn in seen if turn.ended == ("a",)] == [seen[0][0] + 1.0]
    assert player.get_timer() is None


def test_nothing_is_due_before_its_time(player: Player) -> None:
    player.play("a", SECOND, A_LAW, START)
    due = player.get_timer()
    assert due is not None

    assert player.handle_timer(due - 0.001) == Turn((), ())
    assert len(player.handle_timer(due).packets) == 1


def test_legs_are_spread_over_the_period_and_share_the_clock(player: Player) -> None:
    legs = [f"leg {number}" for number in range(2 * PERIOD_MS)]
    for leg in legs:
        player.play(leg, SECOND, A_LAW, START)

    seen = [turn.packets for _, turn in turns(player) if turn.packets]

    assert {len(packets) for packets in seen} == {2}
    assert sorted(leg for packets in seen[:PERIOD_MS] for leg, _ in packets) == sorted(legs)


def test_each_playback_has_numbers_of_its_own() -> None:
    player = Player(Random(1))
    player.play("a", SECOND, A_LAW, START)
    player.play("b", SECOND, A_LAW, START)

    packets = dict(player.handle_timer(START + 0.020).packets)

    assert header(packets["a"])[2] != header(packets["b"])[2]
    assert header(packets["a"])[4] != header(packets["b"])[4]


def test_a_short_stall_is_caught_up(player: Player) -> None:
    player.play("a", SECOND, A_LAW, START)

    turn = player.handle_timer(START + MAX_LATE_MS / 1000)

    assert len(turn.packets) == 5


def test_after_a_long_stall_the_prompt_goes_on_where_it_was(player: Player) -> None:
    player.play("a", SECOND, A_LAW, START)
    first = player.handle_timer(START + 0.020).packets[0][1]

    burst = [packet for _, packet in player.handle_timer(START + 10.020).packets]

    assert len(burst) <= MAX_LATE_MS / PERIOD_MS
    assert burst[0][12:] == cut(SECOND)[1]
    assert header(burst[0])[1] == 0x88
    assert header(burst[0])[2] == (header(first)[2] + 1) % 65536
    passed = (header(burst[-1])[3] - header(first)[3]) % (1 << 32)
    assert passed == 10 * 8000
    assert sum(len(turn.packets) for _, turn in turns(player)) + len(burst) == 49


def test_a_stopped_leg_gets_nothing_more_and_is_not_told_as_ended(player: Player) -> None:
    player.play("a", SECOND, A_LAW, START)

    player.stop("a")
    player.stop("a")

    assert player.get_timer() is None
    assert player.handle_timer(START + 1) == Turn((), ())


def test_a_second_prompt_takes_the_place_of_the_first(player: Player) -> None:
    player.play("a", SECOND, A_LAW, START)
    player.handle_timer(START + 0.5)

    player.play("a", SECOND, MU_LAW, START + 0.5)

    seen = [turn for _, turn in turns(player)]
    assert sum(len(turn.packets) for turn in seen) == 50
    assert [turn.ended for turn in seen if turn.ended] == [("a",)]


def test_a_prompt_goes_on_in_the_other_law(player: Player) -> None:
    player.play("a", SECOND, A_LAW, START)
    player.handle_timer(START + 0.020)

    player.set_voice("a", Voice(PCMU, 97))

    (_, packet), *_ = player.handle_timer(START + 0.040).packets
    assert header(packet)[1] == 97
    assert packet[12:] == cut(SECOND, PCMU)[1]


def test_a_prompt_goes_on_unheard_during_a_hold(player: Player) -> None:
    player.play("a", SECOND, A_LAW, START)
    first = player.handle_timer(START + 0.020).packets[0][1]

    player.set_voice("a", None)
    assert player.handle_timer(START + 0.080).packets == ()
    player.set_voice("a", A_LAW)

    after = player.handle_timer(START + 0.100).packets[0][1]
    assert after[12:] == cut(SECOND)[4]
    assert header(after)[1:3] == (0x88, (header(first)[2] + 1) % 65536)
    assert (header(after)[3] - header(first)[3]) % (1 << 32) == 4 * 160


def test_a_prompt_that_nobody_can_hear_ends_all_the_same(player: Player) -> None:
    player.play("a", SECOND, None, START)

    seen = list(turns(player))

    assert [turn.packets for _, turn in seen if turn.packets] == []
    assert seen[-1][1].ended == ("a",)


def test_a_voice_for_a_leg_that_hears_nothing_is_passed_over(player: Player) -> None:
    player.set_voice("a", A_LAW)

    assert player.get_timer() is None


def test_the_voice_is_the_far_ends_first_law() -> None:
    assert Voice.of(stream(sends={OPUS: 96, PCMU: 0, PCMA: 8})) == MU_LAW
    assert Voice.of(stream(sends={PCMA: 97, PCMU: 0})) == Voice(PCMA, 97)


def test_there_is_no_voice_without_g711_or_leave_to_send() -> None:
    assert Voice.of(None) is None
    assert Voice.of(stream(receives={96: OPUS})) is None
    assert Voice.of(stream(direction=Direction.RECVONLY)) is None


# ---- who waits


def heard(sound: WaitingPlayback, packets: int) -> list[bytes]:
    """The payloads of so many packets."""
    return [(sound.next_packet() or b"")[12:] for _ in range(packets)]


def waiting(prompt: Prompt | None = WORD) -> WaitingPlayback:
    return WaitingPlayback(prompt, MUSIC, A_LAW, FixedRandom())


def test_who_waits_hears_a_prompt_once_and_music_over_and_over() -> None:
    word, music = cut(WORD), cut(MUSIC, PCMA)

    assert heard(waiting(), 33) == word + 3 * music
    assert heard(waiting(None), 20) == 2 * music


def test_a_prompt_breaks_in_on_the_music_which_goes_on_where_it_was() -> None:
    word, music = cut(WORD), cut(MUSIC, PCMA)
    sound = waiting(None)
    heard(sound, 14)

    sound.say(WORD)
    heard(sound, 1)
    sound.say(WORD)  # in the middle of the other

    assert heard(sound, 3 + 6 + 10) == word + music[4:] + music


def test_at_the_end_of_the_music_a_prompt_breaks_in_too() -> None:
    sound = waiting(None)
    heard(sound, 10)

    sound.say(WORD)

    assert heard(sound, 4)[3] == cut(MUSIC)[0]


def test_music_is_one_stream_and_what_breaks_in_is_marked(player: Player) -> None:
    sound = waiting()
    player.start("a", sound, START)
    headers = [header(sound.next_packet() or b"") for _ in range(6)]
    sound.say(WORD)
    headers += [header(sound.next_packet() or b"") for _ in range(2)]

    assert [second >> 7 for _, second, *_ in headers] == [1, 0, 0, 0, 0, 0, 1, 0]
    assert [sequence for _, _, sequence, *_ in headers] == [0xFFFF, 0, 1, 2, 3, 4, 5, 6]
    assert len({ssrc for *_, ssrc in headers}) == 1
    assert not sound.over


def test_music_never_ends(player: Player) -> None:
    player.start("a", waiting(), START)

    due = START
    for _ in range(500):
        due = player.get_timer() or 0.0
        assert player.handle_timer(due).ended == ()

    assert due == pytest.approx(START + 10.0, abs=0.02)
