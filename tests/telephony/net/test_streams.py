"""All connections over real sockets. Events are awaited; time that has to pass is made short."""

import asyncio
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from telephony.certificate import Certificate
from telephony.net import streams
from telephony.sip.flow import Flow
from tests.support.certificates import Authority
from tests.support.streams import PING, PONG, Bench, Loops, run


def test_ipv6(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        peer = await bench.connect()
        await peer.ask()
        assert (await bench.machine.received.get())[1].remote == peer.address

    run(loops, test, host="::1")


def test_a_request_opens_a_connection_that_is_used_both_ways(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        listens = await bench.serve()
        flow = Flow("TCP", bench.address, listens)

        bench.send(PING, flow)
        bench.send(PING, flow)  # while it opens

        peer = await bench.met.get()
        assert await peer.reader.readexactly(2 * len(PING)) == 2 * PING
        peer.writer.write(PONG)
        assert await bench.machine.received.get() == (PONG, flow)
        assert len(bench.shell.streams) == 1

    run(loops, test)


def test_a_lost_connection_is_opened_anew_where_the_peer_listens(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        listens = await bench.serve()
        first = await bench.connect()
        await first.ask()
        first.writer.close()
        lost = await bench.machine.failed.get()
        assert lost.remote == first.address

        bench.send(PONG, Flow("TCP", bench.address, first.address, listens))

        second = await bench.met.get()
        assert await second.reader.readexactly(len(PONG)) == PONG
        second.writer.transport.abort()
        assert {(await bench.machine.failed.get()).remote for _ in range(2)} == {
            first.address,
            listens,
        }

    run(loops, test)


def test_who_refuses_a_connection_is_told_to_the_machine_at_once(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            flow = Flow("TCP", bench.address, nobody.getsockname())
            bench.send(PING, flow)
            assert await bench.machine.failed.get() == flow

    run(loops, test)


def test_who_does_not_answer_a_connection_is_given_up(loops: Loops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CONNECT_SECONDS", 0.05)

    async def test(bench: Bench) -> None:
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for filling in (first, second):
                filling.setblocking(False)
                filling.connect_ex(full.getsockname())
            flow = Flow("TCP", bench.address, full.getsockname())
            bench.send(PING, flow)
            bench.send(b"x" * streams.MAX_WAITING, flow)  # more than may wait
            assert await bench.machine.failed.get() == flow
            assert bench.shell.send_errors == 1
            assert await bench.machine.failed.get() == flow

    run(loops, test)


def test_a_transport_without_a_socket_cannot_send(loops: Loops) -> None:
    async def test(bench: Bench) -> None:
        for flow in (
            Flow("TLS", bench.address, ("127.0.0.1", 9)),
            Flow("UDP", bench.address, ("127.0.0.1", 9)),
        ):
            bench.send(PING, flow)
            assert await bench.machine.failed.get() == flow

    run(loops, test)


def test_one_source_gets_so_many_connections(loops: Loops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_OF_SOURCE", 2)

    async def test(bench: Bench) -> None:
        first, second = await bench.connect(), await bench.connect()
        await first.ask()
        await second.ask()
        await (await bench.connect()).assert_closed()
        assert bench.shell.streams.refused == 1
        await first.ask()

    run(loops, test)


def test_the_oldest_that_has_said_nothing_makes_way(loops: Loops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_CONNECTIONS", 3)

    async def test(bench: Bench) -> None:
        phone = await bench.connect()
        await phone.ask()
        silent = [await bench.connect() for _ in range(2)]
        await bench.until(lambda: len(bench.shell.streams) == 3)
        await (await bench.connect()).ask()
        await silent[0].assert_closed()
        await silent[1].ask()
        await phone.ask()
        await (await bench.connect()).assert_closed()  # all have said something

    run(loops, test)


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority.certificate)


def test_tls_carries_messages_with_a_certificate_of_the_peer_and_without(
    loops: Loops, authority: Authority
) -> None:
    own = authority.issue("own", "IP:127.0.0.1")
    trunk = authority.issue("trunk", "DNS:Trunk.example", "URI:sip:trunk.example", "IP:192.0.2.1")
    certificate = Certificate(own.chain, own.key, authority.certificate)

    async def test(bench: Bench) -> None:
        for named in (False, True):
            context = trusting(authority)
            if named:
                context.load_cert_chain(trunk.chain, trunk.key)
            peer = await bench.connect(context)
            await peer.ask()
            flow = (await bench.machine.received.get())[1]
            assert flow.transport == "TLS"

    run(loops, test, certificate.tls)


def test_a_certificate_of_others_is_refused_and_old_tls_is(
    loops: Loops, authority: Authority, tmp_path: Path
) -> None:
    own = authority.issue("own", "IP:127.0.0.1")
    forged = Authority(tmp_path).issue("trunk", "DNS:trunk.example")
    certificate = Certificate(own.chain, own.key, authority.certificate)

    async def test(bench: Bench) -> None:
        context = trusting(authority)
        context.load_cert_chain(forged.chain, forged.key)
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await (await bench.connect(context)).ask()
        old = trusting(authority)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError):
            await bench.connect(old)
        await (await bench.connect(trusting(authority))).ask()
        assert bench.machine.received.qsize() == 1

    with pytest.warns(DeprecationWarning):
        run(loops, test, certificate.tls)


def test_a_tls_connection_that_we_open_is_verified(
    loops: Loops, authority: Authority, tmp_path: Path
) -> None:
    own, wrong = authority.issue("own", "IP:127.0.0.1"), authority.issue("wrong", "IP:127.0.0.2")
    certificate = Certificate(own.chain, own.key, authority.certificate)

    async def test(bench: Bench) -> None:
        bench.send(PING, Flow("TLS", bench.address, bench.address))  # to ourselves
        assert (await bench.machine.received.get())[0] == PING
        assert (await bench.machine.received.get())[0] == PONG
        context = Certificate(wrong.chain, wrong.key, None).tls.server
        listens = await bench.serve(context)
        flow = Flow("TLS", bench.address, listens)
        bench.send(PING, flow)
        assert await bench.machine.failed.get() == flow

    run(loops, test, certificate.tls)


def test_a_new_certificate_is_shown_to_the_next(loops: Loops, authority: Authority, tmp_path: Path) -> None:
    first, second = authority.issue("own", "IP:127.0.0.1"), authority.issue("next", "IP:127.0.0.1")
    chain, key = tmp_path / "chain", tmp_path / "key"
    chain.write_bytes(first.chain.read_bytes())
    key.write_bytes(first.key.read_bytes())
    certificate = Certificate(chain, key, None)

    async def shown(bench: Bench) -> str:
        peer = await bench.connect(trusting(authority))
        await peer.ask()
        subject = peer.writer.get_extra_info("peercert")["subject"]
        return str(subject[0][0][1])

    async def test(bench: Bench) -> None:
        old = await bench.connect(trusting(authority))
        assert await shown(bench) == "own"
        chain.write_bytes(second.chain.read_bytes())
        key.write_bytes(second.key.read_bytes())
        assert certificate.reload_if_changed()
        assert await shown(bench) == "next"
        await old.ask()

    run(loops, test, certificate.tls)


@pytest.mark.parametrize(
    ("alternatives", "is_trusted"),
    [
        (["DNS:PBX.example.se"], True),
        (["URI:sip:pbx.example.se", "DNS:edge.example.se"], True),
        (["DNS:*.example.se"], False),
        (["DNS:pbx.example.net", "IP:127.0.0.1"], False),
    ],
)
def test_who_we_connect_to_has_to_prove_the_name_that_we_know_it_by(
    loops: Loops, authority: Authority, alternatives: list[str], is_trusted: bool
) -> None:
    own, shown = authority.issue("own", "IP:127.0.0.1"), authority.issue("shown", *alternatives)
    certificate = Certificate(own.chain, own.key, authority.certificate)

    async def test(bench: Bench) -> None:
        listens = await bench.serve(Certificate(shown.chain, shown.key, None).tls.server)
        flow = Flow("TLS", bench.address, listens, name="pbx.example.se")
        bench.send(PING, flow)
        if not is_trusted:
            assert await bench.machine.failed.get() == flow
            assert bench.distrusted[0][0] == flow and "its certificate is for" in bench.distrusted[0][1]
            assert not len(bench.shell.streams)
            return
        peer = await bench.met.get()
        assert await peer.reader.readexactly(len(PING)) == PING
        peer.writer.write(PONG)
        assert await bench.machine.received.get() == (PONG, flow)

    run(loops, test, certificate.tls)


def test_a_certificate_of_an_authority_that_we_do_not_know_is_told(
    loops: Loops, authority: Authority, tmp_path: Path
) -> None:
    own = authority.issue("own", "IP:127.0.0.1")
    forged = Authority(tmp_path).issue("forged", "IP:127.0.0.1")
    certificate = Certificate(own.chain, own.key, authority.certificate)

    async def test(bench: Bench) -> None:
        listens = await bench.serve(Certificate(forged.chain, forged.key, None).tls.server)
        bench.send(PING, Flow("TLS", bench.address, listens))
        await bench.machine.failed.get()
        ((flow, problem),) = bench.distrusted
        assert flow.remote == listens and "certificate" in problem

    run(loops, test, certificate.tls)


def test_a_connection_that_has_proven_nothing_is_no_way_to_who_has_to(
    loops: Loops, authority: Authority
) -> None:
    own, client = authority.issue("own", "IP:127.0.0.1"), authority.issue("client", "DNS:trunk.example")
    certificate = Certificate(own.chain, own.key, authority.certificate)

    async def test(bench: Bench) -> None:
        context = trusting(authority)
        context.load_cert_chain(client.chain, client.key)
        peer = await bench.connect(context)
        await peer.ask()
        flow = (await bench.machine.received.get())[1]
        assert flow.proven == ("trunk.example",)
        bench.send(PING, flow)  # it is the way back
        assert await peer.reader.readexactly(len(PING)) == PING
        named = Flow("TLS", bench.address, peer.address, name="trunk.example")
        bench.send(PING, named)  # a new one, and nobody listens there
        assert await bench.machine.failed.get() == named

    run(loops, test, certificate.tls)


def test_who_has_called_us_is_reached_anew_by_the_name_that_it_proved(
    loops: Loops, authority: Authority
) -> None:
    own, trunk = authority.issue("own", "IP:127.0.0.1"), authority.issue("trunk", "DNS:trunk.example")
    certificate = Certificate(own.chain, own.key, authority.certificate)

    async def test(bench: Bench) -> None:
        listens = await bench.serve(Certificate(trunk.chain, trunk.key, None).tls.server)
        context = trusting(authority)
        context.load_cert_chain(trunk.chain, trunk.key)
        first = await bench.connect(context)
        await first.ask()
        flow = (await bench.machine.received.get())[1]
        first.writer.close()
        await bench.machine.failed.get()

        bench.send(PING, replace(flow, reopen=listens))
        assert await (await bench.met.get()).reader.readexactly(len(PING)) == PING
        bench.send(PING, Flow("TLS", bench.address, ("127.0.0.1", 1), listens))  # by the same connection
        bench.send(PING, Flow("TLS", bench.address, listens, name="other.example"))
        assert (await bench.machine.failed.get()).name == "other.example"

    run(loops, test, certificate.tls)
