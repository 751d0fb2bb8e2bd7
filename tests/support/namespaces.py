"""Networks of one's own: the operator's, the service's, and that of phones behind masquerading.

    operator 10.77.1.2 ---- 10.77.1.1 service 10.77.2.1 ---- 10.77.2.2 [masquerading] 192.168.77.x phones

Three network namespaces with links of MTU 1500. Only root can make them.
"""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from tests.support.peers import require_peer

OPERATOR_NET = "10.77.1"
SERVICE = "10.77.2.1"
MASQUERADED = "10.77.2.2"
"""Where everything of the phones seems to come from."""

PHONE_NET = "192.168.77"
PHONES = 4

T = TypeVar("T")

_CLONE_NEWNET = 0x40000000  # setns(2)
_MASQUERADE = f"""
table ip behind {{
    chain out {{
        type nat hook postrouting priority srcnat;
        ip saddr {PHONE_NET}.0/24 masquerade random
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Namespace:
    """A network namespace of the kernel."""

    name: str

    @property
    def enter(self) -> Sequence[str]:
        """What a command line begins with whose program is to run in it."""
        return ("ip", "netns", "exec", self.name)

    def run(self, *command: str, text: str | None = None) -> None:
        """Run a program in it to its end."""
        _run(*self.enter, *command, text=text)

    def call(self, function: Callable[[], T]) -> T:
        """Call a function in it: a socket that it makes stays there."""
        results: list[T] = []
        thread = threading.Thread(target=lambda: results.append(self._within(function)))
        thread.start()
        thread.join()
        (result,) = results
        return result

    def _within(self, function: Callable[[], T]) -> T:
        """Of this thread alone, which ends."""
        file = os.open(Path("/var/run/netns", self.name), os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(file, _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        finally:
            os.close(file)
        return function()


@dataclass(frozen=True, slots=True)
class Networks:
    """The three."""

    operator: Namespace
    service: Namespace
    phones: Namespace


@contextmanager
def networks() -> Iterator[Networks]:
    """Make them, and take them away at the end."""
    require_peer("ip")
    require_peer("nft")
    if os.geteuid() != 0:
        pytest.skip("network namespaces can be made by root alone")
    with ExitStack() as stack:
        made = Networks(*[_namespace(stack, f"vx{os.getpid()}-{name}") for name in ("op", "sv", "ph")])
        _link(made.service, "operator", f"{OPERATOR_NET}.1", made.operator, "service", f"{OPERATOR_NET}.2")
        _link(made.service, "phones", SERVICE, made.phones, "service", MASQUERADED)
        made.operator.run("ip", "addr", "add", f"{OPERATOR_NET}.3/24", "dev", "service")  # 112
        made.operator.run("ip", "route", "add", "default", "via", f"{OPERATOR_NET}.1")
        made.phones.run("ip", "route", "add", "default", "via", SERVICE)
        made.phones.run("ip", "link", "add", "lan", "type", "veth", "peer", "name", "switch")
        for end in ("lan", "switch"):  # of a cable that leads nowhere: the phones sit at this end
            made.phones.run("ip", "link", "set", end, "up")
        for number in range(PHONES):
            made.phones.run("ip", "addr", "add", f"{PHONE_NET}.{11 + number}/24", "dev", "lan")
        made.phones.run("nft", "-f", "-", text=_MASQUERADE)
        yield made


def _namespace(stack: ExitStack, name: str) -> Namespace:
    _run("ip", "netns", "add", name)
    stack.callback(_run, "ip", "netns", "del", name)
    namespace = Namespace(name)
    namespace.run("ip", "link", "set", "lo", "up")
    return namespace


def _link(one: Namespace, its: str, address: str, other: Namespace, others: str, far: str) -> None:
    """A cable between two namespaces: the name and the address of each end."""
    pair = ["type", "veth", "peer", "name", others, "netns", other.name]
    _run("ip", "link", "add", its, "netns", one.name, *pair)
    for namespace, device, host in ((one, its, address), (other, others, far)):
        namespace.run("ip", "addr", "add", f"{host}/24", "dev", device)
        namespace.run("ip", "link", "set", device, "mtu", "1500", "up")


def _run(*command: str, text: str | None = None) -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
