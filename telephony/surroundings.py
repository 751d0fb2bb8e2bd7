"""What the legs of a running service are given from outside."""

import random
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from routing.emergency import is_emergency
from telephony.clock import Clock
from telephony.config import ListenAddress, Settings
from telephony.directory import PlanDirectory
from telephony.ids import token
from telephony.legs.identity import user_of
from telephony.legs.legs import Surroundings
from telephony.legs.media import Media
from telephony.legs.sockets import Sockets
from telephony.private_files import SecretsUnusable
from telephony.secrets import SERVER_SECRET_OCTETS, PhoneSecrets, load_server_secret
from telephony.sip.digest import Authenticator
from telephony.sip.message import Request

log = structlog.get_logger("vaxeln")


def surroundings_of(
    settings: Settings,
    sip: Sequence[ListenAddress],
    media: Media,
    directory: PlanDirectory,
    passwords: PhoneSecrets,
    clock: Clock,
    new_call: Callable[[], str],
) -> Surroundings:
    """What legs need of this service. `sip` is where it listens."""
    authenticator = Authenticator(
        settings.sip.realm,
        _server_secret(settings.data / "secrets"),
        passwords.ha1,
        directory.is_legacy,
    )
    return Surroundings(
        media=media,
        directory=directory,
        authenticator=authenticator,
        token=token,
        new_call=new_call,
        random=random.random,
        utc=clock.at,
        host=settings.media_host,
        sockets=sockets_of(sip),
    )


def sockets_of(sip: Sequence[ListenAddress]) -> Sockets:
    """Where the service listens, for `legs`."""
    return Sockets((at.transport, (at.host, at.port)) for at in sip)


def _server_secret(directory: Path) -> bytes:
    try:
        return load_server_secret(directory)
    except SecretsUnusable as error:  # phones are challenged once more after each start
        log.critical("nonce_key_unusable", problem=str(error))
        return secrets.token_bytes(SERVER_SECRET_OCTETS)


def is_vital(request: Request) -> bool:
    """No overload keeps 112 out, nor the end of a call."""
    if request.method == "INVITE":
        return is_emergency(user_of(request.request_uri))
    return request.method == "BYE"
