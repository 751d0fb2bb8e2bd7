"""What `legs` asks of the media side. `telephony.media` does it with sockets; tests and the simulation do it
without."""

from collections.abc import Callable
from typing import Protocol

from telephony.sdp.measurement import Measurement
from telephony.sdp.policy import anywhere
from telephony.sdp.stream import Stream


class Media(Protocol):
    """One media port a leg. Legs are named by their ids; every method may be called for a leg that is closed
    already."""

    def open(
        self,
        leg: str,
        signalled_from: str,
        *,
        emergency: bool = False,
        allows: Callable[[str], bool] = anywhere,
    ) -> tuple[str, int]:
        """Bind an RTP port (and the next for RTCP) for the leg; the address to put into its session
        description.

        `signalled_from` is the host that its SIP comes from; `allows` says with which hosts sound may be
        exchanged. Some ports are kept for emergency calls. Raises telephony.errors.NoPortFree when none is
        free.
        """

    def set_stream(self, leg: str, stream: Stream) -> None:
        """Take what was agreed with the leg's far end: its address, payload numbers, direction."""

    def await_answer(self, leg: str) -> None:
        """The leg's far end has said that there may be sound before it answers. Nobody is to hear it yet."""

    def bridge(self, a: str, b: str) -> None:
        """Copy sound between two legs, in place of whatever they did before."""

    def unbridge(self, leg: str) -> None:
        """Copy no sound between this leg and the one that it is bridged to."""

    def play(self, leg: str, prompt: str) -> None:
        """Play a prompt once to the leg; its end is reported to whoever was named for that."""

    def wait(self, leg: str, prompt: str, music: str) -> None:
        """Play `prompt` once ("" for none), and then `music` over and over until the leg hears something
        else. In music that plays the prompt breaks in, and it goes on after it. Nothing is told of an end.
        """

    def watch_keys(self, leg: str, on: bool) -> None:
        """Have whoever was named for that told which keys the leg presses in its sound (RFC 4733), or no
        longer."""

    def send_key(self, leg: str, signal: str, milliseconds: int) -> bool:
        """Send a key in the sound of a leg that is bridged to another; False when that cannot be."""

    def rename(self, leg: str, to: str) -> None:
        """Call the leg otherwise from here on; a prompt that it hears is broken off."""

    def close(self, leg: str) -> Measurement | None:
        """Let go of the leg's port; what was measured of its sound, if any came."""

    def heard(self, leg: str) -> float | None:
        """When the last packet from this leg came, in monotonic seconds, or None."""
