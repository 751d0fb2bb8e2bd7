"""The ways to people who are reached outside (mobile), as they are now."""

from collections import Counter
from dataclasses import replace

from routing.decision import Branch, Reason, Target
from routing.outside import ways_out, why_no_way
from routing.situation import Situation
from routing.tables import PersonRow, Tables


class Mobiles:
    """Asked for one person after the other in one decision. `together`: they are rung at once, so that each
    takes a channel of the trunk that is tried first. `draw` is random in [0, 1)."""

    def __init__(self, tables: Tables, situation: Situation, draw: float, *, together: bool) -> None:
        self._tables = tables
        self._situation = situation
        self._draw = draw
        self._together = together
        self._taken: Counter[str] = Counter()
        self.is_full = False
        """Whether somebody could not be rung because no channel was free."""

    def ways(self, person: PersonRow, reasons: list[Reason]) -> tuple[Target, ...]:
        """Every way to the mobile of this person, which the plan has; what is to be said is added to
        `reasons`."""
        ways, said = ways_out(self._tables, person.mobile, self._draw, self._situation, self._taken)
        where = f"people.{person.key}.mobile"
        if not ways:
            full = why_no_way(said) is Branch.FULL
            self.is_full = self.is_full or full
            why = "no channel is free" if full else "there is no way"
            reasons.append(Reason("mobile", where, f"{person.name} is not rung outside: {why}"))
            return ()
        names = ", ".join(dict.fromkeys(way.trunk for way in ways))
        reasons.append(Reason("mobile", where, f"{person.name} is rung outside by {names}"))
        return tuple([replace(way, member=person.key) for way in ways])

    def take(self, ways: tuple[Target, ...]) -> None:
        """Whom these lead to is rung."""
        if self._together and ways:
            self._taken[ways[0].trunk] += 1
