"""What cannot be bound is named with its setting; an admin socket that cannot be is only told."""

import asyncio
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from telephony.admin.http import HttpServer
from telephony.config import ListenAddress
from telephony.listening import CannotListen, listen_http, listen_locally, listen_sip
from telephony.net.shell import Shell

ANY = ListenAddress("UDP", "127.0.0.1", 0)


class Well:
    """A service that is."""

    def health(self) -> dict[str, object]:
        return {"status": "ok"}

    def readiness(self) -> dict[str, object]:
        return {"status": "ready"}

    def metrics_text(self) -> bytes:
        return b""


def test_the_ports_that_were_got_are_told() -> None:
    async def main() -> None:
        shell, server = Shell(asyncio.get_running_loop()), HttpServer(Well())
        assert listen_sip(shell, ANY).port > 0
        assert (await listen_http(server, ANY)).port > 0
        shell.close()
        await server.stop()

    asyncio.run(main())


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_an_address_that_is_taken_is_named_with_its_setting(kind: socket.SocketKind) -> None:
    async def main(taken: ListenAddress) -> None:
        if kind is socket.SOCK_DGRAM:
            listen_sip(Shell(asyncio.get_running_loop()), taken)
        else:
            await listen_http(HttpServer(Well()), taken)

    setting = "sip" if kind is socket.SOCK_DGRAM else "http"
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            other.listen()
        taken = ListenAddress("", *other.getsockname())

        with pytest.raises(
            CannotListen, match=rf"{taken.port} \({setting}\.listen\): Address already in use"
        ):
            asyncio.run(main(taken))


def test_an_admin_socket_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        server = HttpServer(Well())
        await listen_http(server, ANY)
        with capture_logs() as log:
            await listen_locally(server, tmp_path / ("long" * 40))
            await listen_locally(server, tmp_path / "admin.sock")
        await server.stop()

        assert [line["event"] for line in log] == ["no_admin_socket"]

    asyncio.run(main())
