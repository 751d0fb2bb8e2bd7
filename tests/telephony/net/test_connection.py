"""One connection over real sockets. Events are awaited; time that has to pass is made short."""

import asyncio
import socket
import struct

import pytest

from telephony.net import connection
from telephony.sip.flow import Flow
from tests.support.streams import PING, PONG, Bench, Loops, run


def test_a_message_reaches_the_machine_and_its_answer_goes_back_by_the_connection(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        peer = await bench.connect()

        await peer.ask()

        flow = Flow("TCP", bench.address, peer.address)
        assert await bench.machine.received.get() == (PING, flow)
        bench.send(PING, flow)  # and a request of ours by the same
        assert await peer.reader.readexactly(len(PING)) == PING

    run(loops, test)


def test_a_ping_is_answered_with_one_line_break(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        await (await bench.connect()).ask(b"\r\n\r\n", b"\r\n")

    run(loops, test)


def test_hundreds_of_messages_in_one_segment_are_all_taken(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        await (await bench.connect()).ask(PING * 500, PONG * 500)

    run(loops, test)


def test_what_breaks_the_stream_is_given_to_the_machine_and_then_it_is_closed(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        peer = await bench.connect()
        broken = b"OPTIONS sip:a@b SIP/2.0\r\n\r\n"

        peer.writer.write(broken + PING)

        await peer.assert_closed()
        assert (await bench.machine.received.get())[0] == broken
        assert bench.machine.received.empty()

    run(loops, test)


@pytest.mark.parametrize("said", [b"", b"\r\n", PING[:10], PING + PING[:10]])
def test_who_is_too_slow_with_a_message_is_cut_off(
    loops: Loops, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(connection, "MESSAGE_SECONDS", 0.05)

    async def test(bench: Bench) -> None:
        peer = await bench.connect()
        peer.writer.write(said)
        answer = await peer.reader.read()
        assert answer == (PONG if PING in said else b"")

    run(loops, test)


def test_who_is_silent_for_long_is_cut_off(loops: Loops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.05)

    async def test(bench: Bench) -> None:
        peer = await bench.connect()
        await peer.ask()
        await peer.assert_closed()

    run(loops, test)


def test_who_has_sent_a_message_may_be_silent_for_long(loops: Loops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MESSAGE_SECONDS", 0.02)

    async def test(bench: Bench) -> None:
        peer = await bench.connect()
        await peer.ask()
        late = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.1, late.set_result, None)
        await late
        await peer.ask()

    run(loops, test)


def test_who_does_not_read_is_cut_off(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        peer = await bench.connect()
        await peer.ask()
        flow = Flow("TCP", bench.address, peer.address)
        while bench.machine.failed.empty():
            bench.send(b"x" * 60_000, flow)
        assert bench.shell.send_errors == 1

    run(loops, test)


def test_a_reset_is_survived_and_told(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        peer = await bench.connect()
        await peer.ask()
        sock = peer.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        address = peer.address
        peer.writer.transport.abort()
        assert (await bench.machine.failed.get()).remote == address
        await (await bench.connect()).ask()

    run(loops, test)
