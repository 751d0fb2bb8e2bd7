"""Who is at the other end of the admin socket, by the kernel's word."""

import os
import pwd
import socket
import struct

from aiohttp import web

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: struct ucred of unix(7)


def local_user(request: web.Request) -> str | None:
    """The name of the user at the other end of a unix socket; None for a request from the network.

    Raises PermissionError for a user who is neither root nor the one that the service runs as: the socket's
    mode keeps them out, and this does not lean on it.
    """
    transport = request.transport
    wire = transport.get_extra_info("socket") if transport is not None else None
    if wire is None or wire.family != socket.AF_UNIX:
        return None
    with socket.socket(socket.AF_UNIX, fileno=os.dup(wire.fileno())) as peer:  # uvloop's has no getsockopt
        octets = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(octets)
    if user not in (0, os.geteuid()):
        raise PermissionError(f"user {user} may not use the admin socket")
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:  # a user without a name, as in a container
        return str(user)
