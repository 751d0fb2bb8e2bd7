"""Every fact of a menu, and of the one key that a voicemail's greeting listens for.

Nothing secret is asked for by keys, so each that is pressed while they are asked for is a fact. What two
people key to each other is none of ours, and is no fact.
"""

from dataclasses import dataclass

from routing.decision import Branch
from telephony.call.facts import CallFact, LegFact

# ---- observations


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed(LegFact):
    """The far end of this leg pressed a key (0-9, *, #, A-D) while it was asked for one."""

    key: str


# ---- decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuSaid(LegFact):
    """`prompt` of this menu began: the menu itself, for the `attempt`th time (from 1), or before that again
    that the key was a wrong one."""

    menu: str
    prompt: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionBegun(LegFact):
    """The caller keys an extension in this menu, and it is quiet meanwhile."""

    menu: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTimeExpired(CallFact):
    """No key came in the time after the menu was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLeft(CallFact):
    """The menu is over. `branch` is the question that this puts to routing: a key of its was pressed; an
    extension was keyed; nothing was, each time; or it could not be played (error)."""

    menu: str
    branch: Branch
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreAsked(CallFact):
    """The caller pressed the key that leads from a voicemail's greeting to Kontaktcenter (P12). `outcome` is
    what had led to the voicemail."""

    voicemail: str
    outcome: str
