"""A day on which everything happens: people who do not answer, who give up, who hang up at the same moment,
phones that lose their power, and a network that loses every tenth datagram.
"""

from functools import partial
from random import Random

from tests.simulation import town_plan as plan
from tests.simulation.phone import Behaviour
from tests.simulation.picture import Picture
from tests.simulation.town import OPENING, Placed, Town

NOBODYS = "+46853061999"
"""In the municipality's series, but no number of the plan."""

RINGS = (None, 0.0, 0.2, 1.0)
REFUSALS = (404, 480, 486, 488, 600, 603)

PATIENCE = 400.0
"""Longer than anything can last once the last caller has come: ringing, two minutes of talk, 64*T1 twice."""


class HardDay:
    """A town and the day that it had. `pictures` has what the node knew at some moments, with the journal's
    position then.
    """

    def __init__(self, seed: int, calls: int) -> None:
        self.town = Town(seed)
        self.pictures: list[tuple[int, Picture]] = []
        self._random = self.town.random
        self.town.open()
        for name in self.town.members:
            self._change_mood(name, OPENING)
        last = self._plan_calls(calls)
        self._plan_pictures(last)
        self.town.network.run(last)
        self.town.run_until_quiet(PATIENCE)
        self._take_picture(self.town.network.now)

    def _plan_calls(self, calls: int) -> float:
        """Somebody calls about every second; now and then a phone loses its power."""
        random, town, when = self._random, self.town, OPENING
        for _ in range(calls):
            when += random.expovariate(1.0)
            account = random.choice(plan.OFFICIALS) if random.random() < 0.2 else ""
            placed = town.place(when, _some_number(random), _some_caller(random), account)
            if random.random() < 0.08:
                town.do(when + random.uniform(0.0, 30.0), partial(_vanish, town, placed))
            if random.random() < 0.03:
                name = random.choice(list(town.members))
                town.do(when, partial(_restart, town, name))
        return when

    def _change_mood(self, name: str, when: float) -> None:
        """From then on the phone does something else, until its mood changes again."""

        def change(now: float) -> None:
            self.town.members[name].behaviour = _some_mood(self._random)
            self._change_mood(name, now + self._random.uniform(5.0, 40.0))

        self.town.do(when, change)

    def _plan_pictures(self, last: float) -> None:
        when = OPENING
        while when < last:
            when += self._random.uniform(0.0, 20.0)
            self.town.do(when, self._take_picture)

    def _take_picture(self, now: float) -> None:
        picture = Picture.of(self.town.node.switchboard, self.town.tables.people)
        self.pictures.append((len(self.town.facts), picture))


def _vanish(town: Town, placed: Placed, now: float) -> None:
    town.vanish(placed)


def _restart(town: Town, name: str, now: float) -> None:
    town.restart_phone(name)


def _some_number(random: Random) -> str:
    district = random.randrange(plan.DISTRICTS)
    there = [of(district) for of in (plan.open_number, plan.row_number, plan.asleep_number)]
    return random.choice([plan.MAIN, plan.CLOSED, plan.CLOSED_EARLY, NOBODYS, *there, *there, *there])


def _some_caller(random: Random) -> Behaviour:
    """Many give up about when somebody answers, and hang up about when the other does."""
    return Behaviour(
        gives_up_after=random.choice(
            [60.0, 60.0, 2.0, random.uniform(0.0, 1.0), random.uniform(1.9, 2.6), random.uniform(0.0, 30.0)]
        ),
        hangs_up_after=random.choice(
            [3.0, random.uniform(0.0, 0.5), random.uniform(0.0, 5.0), random.uniform(5.0, 120.0)]
        ),
    )


def _some_mood(random: Random) -> Behaviour:
    """Most answer, some refuse, some let it ring."""
    rings, what = random.choice(RINGS), random.random()
    if what < 0.6:
        return Behaviour(
            rings_after=rings,
            answers_after=random.choice([0.0, 2.0, 2.0, random.uniform(0.0, 10.0)]),
            hangs_up_after=random.choice([None, 3.0, random.uniform(0.0, 4.0), random.uniform(1.0, 90.0)]),
        )
    if what < 0.75:
        return Behaviour(rings, random.uniform(0.2, 3.0), random.choice(REFUSALS))
    return Behaviour(rings, answers_after=None)
