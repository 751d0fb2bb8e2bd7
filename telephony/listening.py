"""Where a service listens: each address bound, or an error that names it and its setting."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from telephony.admin.http import HttpServer
from telephony.config import ListenAddress
from telephony.errors import VaxelnError
from telephony.net.shell import Shell
from telephony.net.streams import Tls

log = structlog.get_logger("vaxeln")


class CannotListen(VaxelnError):
    """An address cannot be bound. The message names it, its setting and what the system said."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the running service can be reached, with the ports that it got."""

    sip: tuple[ListenAddress, ...]
    http: ListenAddress


def listen_sip(shell: Shell, address: ListenAddress, tls: Tls | None = None) -> ListenAddress:
    """Take SIP there; the address it got. Raises CannotListen."""
    try:
        if address.transport in ("TCP", "TLS"):
            secured = tls if address.transport == "TLS" else None
            host, port = shell.listen_stream(address.transport, address.host, address.port, secured)
        else:
            host, port = shell.listen(address.host, address.port)
    except OSError as error:
        raise _cannot("sip.listen", address, error) from error
    return replace(address, host=host, port=port)


async def listen_http(server: HttpServer, address: ListenAddress) -> ListenAddress:
    """Serve HTTP there; the address it got. Raises CannotListen."""
    try:
        host, port = await server.start(address.host, address.port)
    except OSError as error:
        raise _cannot("http.listen", address, error) from error
    return replace(address, host=host, port=port)


async def listen_locally(server: HttpServer, path: Path) -> None:
    """Serve HTTP on the admin socket. Without it a service does all but that, so it is no reason not to
    start."""
    try:
        await server.start_local(path)
    except OSError as error:
        log.error("no_admin_socket", path=str(path), problem=str(error))


def _cannot(setting: str, address: ListenAddress, error: OSError) -> CannotListen:
    return CannotListen(f"cannot listen on {address} ({setting}): {os.strerror(error.errno or 0)}")
