"""The service as a whole, in this process and on both event loops."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiohttp import ClientSession
from structlog.testing import capture_logs

from telephony.archive.codec import UnknownFact
from telephony.archive.errors import JournalLocked
from telephony.archive.journal import Journal
from telephony.archive.plan_file import PlanFile
from telephony.archive.reader import JournalReader
from telephony.call.callback_facts import Callback, CallbackPromised, CallbackTurnCame
from telephony.call.facts import CallEnded, CallInterrupted, EndedBy, Fact, Outcome
from telephony.call.house_facts import ClockStepped, JournalCut, PlanLoaded, ServiceStarted, ServiceStopped
from telephony.config import Settings, load_settings
from telephony.listening import CannotListen
from telephony.media.prompts import Prompts
from telephony.plan_prepare import Pending
from telephony.private_files import replace_file
from telephony.service import Service
from telephony.tokens import Role, Tokens
from tests.support.calls import CALLER, contact, registered
from tests.support.plans import GROUPS, MAIN, in_force
from tests.support.running_service import CODEC

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
OPTIONS = (
    "OPTIONS sip:vaxeln@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK1;rport\r\n"
    "From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:b@127.0.0.1>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n"
    "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


@pytest.fixture(params=sorted(LOOPS))
def run(request: pytest.FixtureRequest) -> Callable[[Coroutine[Any, Any, None]], None]:
    """Runs a test on one of the loops."""

    def runner(main: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=LOOPS[request.param]) as loop:
            loop.run(asyncio.wait_for(main, 20))

    return runner


def settings_in(folder: Path, **more: str) -> Settings:
    environment = {
        "VAXELN_DATA": str(folder / "data"),
        "VAXELN_SIP_LISTEN": "udp:127.0.0.1:0",
        "VAXELN_HTTP_LISTEN": "127.0.0.1:0",
        "VAXELN_CALLS_DRAIN_SECONDS": "0",
        "VAXELN_DATABASE_DSN": "none",
        **more,
    }
    return load_settings(None, environment, {})


def service_in(folder: Path, **more: str) -> Service:
    return Service(settings_in(folder, **more), in_force(), Prompts.load())


async def stopped(service: Service) -> bool:
    service.stop()
    return await service.run()


def facts_in(folder: Path) -> list[Fact]:
    reader: JournalReader[Fact] = JournalReader(
        folder / "data" / "journal", CODEC, report=lambda finding: None
    )
    return [fact for _, fact in reader.read() if not isinstance(fact, UnknownFact)]


def kinds_in(folder: Path) -> list[type[Fact]]:
    return [type(fact) for fact in facts_in(folder)]


class Asker(asyncio.DatagramProtocol):
    """Asks once, and keeps the answer."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.answer.set_result(data)


async def ask_options(address: tuple[str, int]) -> bytes:
    transport, asker = await asyncio.get_running_loop().create_datagram_endpoint(
        Asker, local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    transport.sendto(OPTIONS.format(port=port).encode(), address)
    try:
        return await asker.answer
    finally:
        transport.close()


def test_it_starts_answers_and_stops_in_order(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        service = service_in(tmp_path)
        listening = await service.start()
        answer = await ask_options((listening.sip[0].host, listening.sip[0].port))
        assert answer.startswith(b"SIP/2.0 200 OK")
        async with (
            ClientSession() as session,
            session.get(f"http://{listening.http}/healthz") as health,
            session.get(f"http://{listening.http}/readyz") as ready,
            session.get(f"http://{listening.http}/metrics") as figures,
        ):
            assert health.status == 200
            assert (await health.json())["plan_version"] == 1
            assert (ready.status, await ready.json()) == (
                200,
                {"status": "ready", "plan_version": 1, "database": "off"},
            )
            text = await figures.text()
            assert "vaxeln_open{" in text
            assert 'vaxeln_sip_requests_total{direction="in",method="OPTIONS"} 1\n' in text
            assert "vaxeln_loop_lag_seconds_count 1\n" in text
        assert await stopped(service)

    run(main())
    kinds = kinds_in(tmp_path)
    assert kinds.index(ServiceStarted) < kinds.index(PlanLoaded)
    assert kinds[-1] is ServiceStopped


def test_it_is_ready_from_its_start_until_it_is_told_to_stop(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        service = service_in(tmp_path)
        await service.start()
        states = [service.health.readiness()["status"]]
        service.stop()
        states.append(service.health.readiness()["status"])
        await service.run()
        assert states == ["ready", "draining"]

    run(main())


@pytest.mark.usefixtures("terminal")
def test_a_terminal_that_closes_stops_it_in_order(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        service = service_in(tmp_path)
        await service.start()
        os.kill(os.getpid(), signal.SIGHUP)
        assert await service.run()

    run(main())
    assert kinds_in(tmp_path)[-1] is ServiceStopped


@pytest.mark.usefixtures("terminal")
def test_a_service_started_by_nohup_outlives_its_terminal(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        service = service_in(tmp_path)
        await service.start()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        await stopped(service)

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    run(main())


def test_two_services_never_share_a_journal(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        first = service_in(tmp_path)
        await first.start()
        with pytest.raises(JournalLocked):
            await service_in(tmp_path).start()
        assert await stopped(first)

    run(main())


def test_an_address_that_is_taken_is_named_and_nothing_stays_locked(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            address = f"udp:127.0.0.1:{taken.getsockname()[1]}"
            with pytest.raises(CannotListen, match=r"sip\.listen"):
                await service_in(tmp_path, VAXELN_SIP_LISTEN=address).start()
        again = service_in(tmp_path)
        await again.start()
        assert await stopped(again)

    run(main())


def test_a_torn_journal_is_cut_and_journalled(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        first = service_in(tmp_path)
        await first.start()
        await stopped(first)
        (segment,) = (tmp_path / "data" / "journal").glob("*.seg")
        with segment.open("ab") as file:
            file.write(b"half an entry")
        second = service_in(tmp_path)
        await second.start()
        await stopped(second)

    run(main())
    (cut,) = [fact for fact in facts_in(tmp_path) if isinstance(fact, JournalCut)]
    assert cut.octets == len(b"half an entry")


def test_who_is_to_be_called_back_has_their_turn_once_what_was_left_open_has_ended(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    now = datetime.now(UTC)
    until, folder = now + timedelta(hours=1), tmp_path / "data" / "journal"
    folder.mkdir(parents=True, mode=0o700)
    what = Callback(CALLER, "Kontaktcenter", MAIN, 50, now, until, 5.0, 0)
    journal: Journal[Fact] = Journal.open(folder, CODEC, report=lambda finding: None)
    journal.append([registered("kc1", replace(contact("kc1"), expires_at=until), at=now)])
    journal.append([CallbackPromised(at=now, callback="c1", queue="kc", what=what)])
    journal.append([CallEnded(at=now, call="c1", outcome=Outcome.CALLBACK, ended_by=EndedBy.SERVICE)])
    journal.close()

    async def main() -> None:
        service = service_in(tmp_path)
        await service.start()
        await stopped(service)

    run(main())
    assert CallbackTurnCame in kinds_in(tmp_path)
    assert CallInterrupted not in kinds_in(tmp_path)


def test_secrets_that_cannot_be_read_do_not_stop_it(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    folder = tmp_path / "data" / "secrets"
    token = Tokens(folder).create("anna", Role.READER, datetime.now(UTC))
    good = (folder / "tokens.json").read_bytes()
    for name, octets in (("tokens.json", b"{"), ("phones.json", b"\0"), ("nonce.key", b"short")):
        replace_file(folder / name, octets)
    (folder / "phones.json").chmod(0o644)

    async def main() -> None:
        service = service_in(tmp_path)
        with capture_logs() as lines:
            listening = await service.start()
        answer = await ask_options((listening.sip[0].host, listening.sip[0].port))
        assert answer.startswith(b"SIP/2.0 200 OK")
        told = {line["event"]: line["problem"] for line in lines if line["log_level"] == "critical"}
        assert set(told) == {"nonce_key_unusable", "passwords_unusable", "tokens_unusable"}
        assert f"chmod 600 {folder / 'phones.json'}" in told["passwords_unusable"]

        url, asks = f"http://{listening.http}/api/v1/status", {"Authorization": f"Bearer {token}"}
        async with ClientSession(headers=asks) as session:
            async with session.get(url) as refused:
                assert refused.status == 401
            replace_file(folder / "tokens.json", good)
            service._housekeeper.look()
            async with session.get(url) as let_in:
                assert let_in.status == 200
        assert await stopped(service)

    run(main())


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until it is so; whoever waits bounds it."""
    for _ in count():
        if condition():
            return
        await asyncio.sleep(0)


class Wall:
    """A clock that somebody sets."""

    ahead = 0.0

    def __call__(self) -> float:
        return 1_772_442_000.0 + asyncio.get_running_loop().time() + self.ahead


def test_a_step_of_the_machines_clock_is_a_fact(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        wall = Wall()
        service = Service(settings_in(tmp_path), in_force(), Prompts.load(), wall=wall)
        await service.start()
        wall.ahead = 3600.0
        await until(lambda: ClockStepped in kinds_in(tmp_path))
        await stopped(service)

    run(main())
    (step,) = [fact for fact in facts_in(tmp_path) if isinstance(fact, ClockStepped)]
    assert step.seconds == pytest.approx(3600.0, abs=1.0)


def test_a_plan_that_waits_comes_into_force_when_the_clock_is_set_past_its_time(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        wall = Wall()
        new = in_force(2, groups=GROUPS.replace('["amina", "bengt"]', '["amina"]'))
        turn = datetime.fromtimestamp(wall() + 3600.0, UTC)
        waits = Pending(replace(new.about, valid_from=turn), new)
        service = Service(settings_in(tmp_path), in_force(), Prompts.load(), waits, wall=wall)
        listening = await service.start()
        wall.ahead = 3599.0  # what is left of the hour has to pass
        await until(
            lambda: 2 in [fact.version for fact in facts_in(tmp_path) if isinstance(fact, PlanLoaded)]
        )
        async with ClientSession() as session, session.get(f"http://{listening.http}/healthz") as health:
            assert (await health.json())["plan_version"] == 2
        await stopped(service)
        loaded = [fact for fact in facts_in(tmp_path) if isinstance(fact, PlanLoaded)]
        (at,) = [fact.at for fact in loaded if fact.version == 2][:1]
        assert turn <= at < turn + timedelta(seconds=5)

    run(main())
    stored = PlanFile(tmp_path / "data" / "plan").read()
    assert stored is not None and stored.version == 2
