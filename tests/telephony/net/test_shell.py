"""The shell over real sockets of 127.0.0.1, driven by a machine that remembers. Nothing sleeps: events are
awaited."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from telephony.net.shell import Shell
from telephony.sip.flow import Flow


class FakeMachine:
    """Answers every datagram with its text reversed; wakes up once when a timer is set."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, Flow]] = []
        self.failed: list[Flow] = []
        self.waiting: list[tuple[bytes, Flow]] = []
        self.timer: float | None = None
        self.woken: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        self.received.append((data, flow))
        self.waiting.append((data[::-1], flow))

    def transport_failed(self, flow: Flow, now: float) -> None:
        self.failed.append(flow)

    def get_timer(self) -> float | None:
        return self.timer

    def handle_timer(self, now: float) -> None:
        self.timer = None
        self.woken.set_result(now)

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        messages, self.waiting = self.waiting, []
        return messages


def run(test: Callable[[Shell, FakeMachine, tuple[str, int]], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        shell = Shell(asyncio.get_running_loop())
        address = shell.listen("127.0.0.1", 0)
        try:
            await asyncio.wait_for(test(shell, FakeMachine(), address), 5)
        finally:
            shell.close()

    asyncio.run(main())


async def exchange(address: tuple[str, int], data: bytes) -> tuple[bytes, tuple[str, int]]:
    """Send one datagram and wait for one."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.setblocking(False)
        peer.bind(("127.0.0.1", 0))
        await loop.sock_sendto(peer, data, address)
        received, _ = await loop.sock_recvfrom(peer, 100)
        return received, peer.getsockname()


def test_a_datagram_reaches_the_machine_with_its_flow_and_its_answer_goes_back() -> None:
    async def test(shell: Shell, machine: FakeMachine, address: tuple[str, int]) -> None:
        shell.drive(machine)

        answer, source = await exchange(address, b"abc")

        assert answer == b"cba"
        assert machine.received == [(b"abc", Flow("UDP", address, source))]

    run(test)


def test_the_timer_is_armed_for_the_earliest_deadline() -> None:
    async def test(shell: Shell, machine: FakeMachine, address: tuple[str, int]) -> None:
        due = asyncio.get_running_loop().time() + 0.05
        machine.timer = due
        shell.drive(machine)

        assert await machine.woken >= due - 0.01

    run(test)


def test_an_earlier_deadline_replaces_a_later_one() -> None:
    async def test(shell: Shell, machine: FakeMachine, address: tuple[str, int]) -> None:
        now = asyncio.get_running_loop().time()
        machine.timer = now + 3600
        shell.drive(machine)
        machine.timer = now + 0.01
        shell.flush()

        await machine.woken

    run(test)


def test_an_address_that_cannot_be_sent_to_is_told_to_the_machine() -> None:
    async def test(shell: Shell, machine: FakeMachine, address: tuple[str, int]) -> None:
        flow = Flow("UDP", address, ("127.0.0.1", 5070))
        machine.waiting.append((b"x" * 70_000, flow))  # larger than any datagram

        shell.drive(machine)

        assert machine.failed == [flow]
        assert shell.send_errors == 1

    run(test)


def test_a_message_of_an_unknown_socket_goes_by_the_first() -> None:
    async def test(shell: Shell, machine: FakeMachine, address: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.setblocking(False)
            peer.bind(("127.0.0.1", 0))
            machine.waiting.append((b"hello", Flow("UDP", ("192.0.2.1", 1), peer.getsockname())))

            shell.drive(machine)

            data, source = await loop.sock_recvfrom(peer, 100)
            assert (data, source) == (b"hello", address)

    run(test)


def test_what_comes_before_there_is_a_machine_is_dropped() -> None:
    async def test(shell: Shell, machine: FakeMachine, address: tuple[str, int]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as early:
            early.sendto(b"early", address)
            shell.flush()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            shell.drive(machine)
            await exchange(address, b"later")

        assert b"later" in [data for data, _ in machine.received]

    run(test)
