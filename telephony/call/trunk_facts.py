"""Facts of the trunks: whether we are registered with them, and what became of our credentials."""

from dataclasses import dataclass

from telephony.call.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkFact(Fact):
    """A fact of one trunk of the plan."""

    trunk: str

    @property
    def stream(self) -> str:
        return f"trunk/{self.trunk}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkRegistered(TrunkFact):
    """Its registrar (address, port) has taken our registration, for so many seconds. That it is refreshed
    there is no fact."""

    registrar: tuple[str, int]
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkRegistrationLost(TrunkFact):
    """We are not registered any more, or could not be. `status` is the registrar's last answer, 0 for none.

    `why`: `refused`, `no_answer`, `left` (by us: the plan is another).
    """

    status: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkCredentialsRefused(TrunkFact):
    """It asked who we are, and what we could say was not enough for a request of this method.

    `realm` is what it asked for, from outside and cleaned. `why`: `password` (it knows another), `realm` (not
    that of the plan), `algorithm` (none that we know), `no_password` (none is set for user and realm).
    """

    method: str
    realm: str
    why: str
