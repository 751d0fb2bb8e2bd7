"""Every fact of asking somebody outside whether it is they who answered. The key itself is a `KeyPressed`."""

from dataclasses import dataclass
from datetime import datetime

from telephony.call.facts import LegFact

# ---- decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationAsked(LegFact):
    """Who answered outside on this leg is asked by `prompt` to press a key, for the `attempt`th time (from
    1), and has until `until`."""

    prompt: str
    attempt: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationTimeExpired(LegFact):
    """No key came from this leg in that time."""
