"""The phones of the demonstration: each registers, rings, answers or not, and remembers what it heard.

pyVoIP works with threads, three a call, and would wait for ever for a service that does not answer. So all
that may block runs in threads of our own, waited for a bounded time; being daemons, and theirs with them
(a thread is one if its maker is), none keeps the demonstration from ending.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

from pyVoIP import VoIP
from pyVoIP.SIP import SIPParseError
from pyVoIP.VoIP import PhoneStatus, VoIPCall

from telephony.demo.keypad import press
from telephony.demo.messages import CallState, cancel
from telephony.demo.ports import HOST, PortBlock
from telephony.demo.sound import RATE, SILENCE, tone
from telephony.demo.telephone import Telephone
from telephony.errors import VaxelnError

T = TypeVar("T")

ANSWER_LAG = 1.0
"""Seconds: pyVoIP lets nobody answer earlier."""

TONE_SECONDS = 10.0
"""Longer than anybody talks here."""

_PATIENCE = 10.0
"""Seconds that pyVoIP may take for one thing; on this machine it is milliseconds."""

_LOOK = 0.02
"""Seconds between two looks at the state of a call: pyVoIP tells nobody when it changes."""

_LONGEST = 60.0
"""Seconds of sound that are read from a call, and that a phone rings."""


class PhoneFailed(VaxelnError):
    """A phone could not do its part; the message names it and what it wanted."""


@dataclass(slots=True, eq=False)
class Ring:
    """A call that came to a phone."""

    call: VoIPCall | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)


class Phone:
    """A phone at an account. `hertz` is the tone that it sends in every call."""

    def __init__(
        self, user: str, password: str, server: tuple[str, int], ports: PortBlock, index: int, hertz: float
    ) -> None:
        self.user = user
        self.hertz = hertz
        self.answers_after: float | None = None
        """Seconds that it rings before somebody answers; None: nobody does."""
        sip, sound = ports.phone(index)
        self._telephone = Telephone(server, user, password, (HOST, sip), sound, self, self._rings)
        self._rung: defaultdict[str, Ring] = defaultdict(Ring)
        self._responses: defaultdict[str, list[int]] = defaultdict(list)

    # ---- its life

    def register(self) -> None:
        """Open its socket and register. Raises PhoneFailed."""
        self._within("register", self._telephone.start)
        if self._telephone.get_status() is not PhoneStatus.REGISTERED:
            raise PhoneFailed(f"phone {self.user} could not register")

    def begin_closing(self) -> Future[None]:
        """Hang up and unregister, in a thread of its own."""
        for ring in list(self._rung.values()):
            ring.cancelled.set()
        return _begin(self._telephone.close)

    def take_rung(self) -> Ring | None:
        """The call that came since this was asked last, if any."""
        rings = list(self._rung.values())
        self._rung.clear()
        return rings[-1] if rings else None

    def _within(self, what: str, act: Callable[[], T]) -> T:
        try:
            return _begin(act).result(_PATIENCE)
        except TimeoutError:
            raise PhoneFailed(f"phone {self.user} could not {what} within {_PATIENCE:.0f} s") from None
        except (OSError, SIPParseError, VoIP.NoPortsAvailableError) as error:
            raise PhoneFailed(f"phone {self.user} could not {what}: {error}") from error

    # ---- calls from it

    def dial(self, number: str) -> "Dialled":
        """Call a number. Raises PhoneFailed when the service does not even answer the INVITE."""
        call = self._within(f"dial {number}", lambda: self._telephone.call(number))
        return Dialled(self._telephone, call, self._responses[call.call_id], self.hertz)

    # ---- calls to it

    def _rings(self, call: VoIPCall) -> None:
        """In pyVoIP's thread of this call, which has to last as long: pyVoIP forgets calls without one."""
        ring = self._rung[call.call_id]
        ring.call = call
        if self.answers_after is None:
            ring.cancelled.wait(_LONGEST)
        elif not ring.cancelled.wait(max(self.answers_after - ANSWER_LAG, 0.0)):
            call.answer()
            ring.answered.set()
            call.write_audio(tone(self.hertz, TONE_SECONDS))
            _wait_until(lambda: call.state is CallState.ENDED, _LONGEST)

    # ---- what `Telephone` tells

    def responded(self, call_id: str, status: int) -> None:
        """An INVITE of ours got this response."""
        self._responses[call_id].append(status)

    def cancelled(self, call_id: str) -> None:
        """A call that rings here was taken back."""
        self._rung[call_id].cancelled.set()


class Dialled:
    """A call that a phone made."""

    def __init__(self, telephone: Telephone, call: VoIPCall, responses: list[int], hertz: float) -> None:
        self._telephone = telephone
        self._call = call
        self._responses = responses
        self._hertz = hertz

    @property
    def call_id(self) -> str:
        """The SIP Call-ID, by which the journal knows the call."""
        return str(self._call.call_id)

    @property
    def responses(self) -> tuple[int, ...]:
        """The SIP statuses that came, in order."""
        return tuple(self._responses)

    def wait_for_ringing(self, seconds: float) -> bool:
        """Whether the caller is told in time that it rings."""
        return _wait_until(lambda: 180 in self._responses, seconds)

    def wait_for_answer(self, seconds: float) -> bool:
        """Whether it is answered in time."""
        return _wait_until(lambda: self._call.state is CallState.ANSWERED, seconds)

    def wait_for_end(self, seconds: float) -> bool:
        """Whether the other side hangs up, or refuses, in time."""
        return _wait_until(
            lambda: self._call.state is CallState.ENDED or any(s >= 300 for s in self._responses), seconds
        )

    def talk(self, seconds: float) -> None:
        """Send our tone and listen."""
        self._call.write_audio(tone(self._hertz, TONE_SECONDS))
        self.wait_for_end(seconds)

    def press(self, key: str) -> None:
        """Press a key, once it is answered."""
        for client in self._call.RTPClients:
            press(client, key)

    def hang_up(self) -> None:
        """End it: BYE when answered, else CANCEL, which pyVoIP cannot do."""
        if self._call.state is CallState.ANSWERED:
            self._call.hangup()
        elif self._call.state is CallState.DIALING:
            self._telephone.send(cancel(self._call.request))
            self.wait_for_end(_PATIENCE)
            self._telephone.forget(self._call)

    def heard(self) -> bytes:
        """What came, from the first sound to the last, once: see `sound`."""
        return heard(self._call)


def heard(call: VoIPCall | None) -> bytes:
    """What came to this side of an answered call, from the first sound to the last; it can be read once."""
    if call is None or not call.RTPClients:
        return b""
    return call.read_audio(int(_LONGEST) * RATE, blocking=False).rstrip(bytes([SILENCE]))


def _begin(act: Callable[[], T]) -> Future[T]:
    """Do it in a daemon thread."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(act())
        except Exception as error:  # handed to who waits for it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK)
    return True
