"""A simulation from end to end: calls and what is known of the house in, figures and differences out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from routing.tables import Tables
from telephony.errors import VaxelnError
from telephony.simulate.counting import Counting
from telephony.simulate.draws import Draws
from telephony.simulate.driver import MISSED_SECONDS, Driver
from telephony.simulate.knowledge import ANSWER, PATIENCE, TALK, Knowledge
from telephony.simulate.load import Load, calls_of, knowledge_of, period_of
from telephony.simulate.result import Assumption, Simulation
from telephony.simulate.staffing import duties_of
from telephony.simulate.values import Meanwhile, Options, PhoneChange, SimulatedCall, Staff
from telephony.simulate.waits import Waits

LOG, LOAD = "log", "load"


class StaffUnknown(VaxelnError):
    """The journal does not tell who was there in the period."""


EVERYBODY = "all phones of the plan are registered all the time"
STAFFED = "of groups that the load has staff for as many are there as it says, the first of the plan"
BACK_AGAIN = f"who has a pause for missed calls is back after {MISSED_SECONDS:g} s, unless the log says when"
NO_OVERRIDES = "what was opened or closed by hand is not so where the journal does not reach back to it"
NEW_PHONES = "phones that were not registered then, such as new ones, are not there"
TRANSFERS = "a call that was handed on lasts as long as the talk with who answered it first"


def replay(
    tables: Tables,
    calls: Sequence[SimulatedCall],
    meanwhile: Meanwhile,
    options: Options,
    left_out: Mapping[str, int],
) -> Simulation:
    """What a plan does with the calls of a log. Raises StaffUnknown."""
    since_when = meanwhile.known_from
    first = min([call.arrived_at for call in calls], default=options.start)  # of before nothing depends
    known = since_when is not None and since_when <= first
    if options.staff is Staff.LOG and not known:
        since = f" before {since_when:%Y-%m-%d %H:%M} UTC" if since_when else ""
        raise StaffUnknown(f"the journal does not tell who was there{since}: leave out `staff`")
    draws = Draws(options.seed)
    knowledge = Knowledge.of(calls, draws)
    counting, waits, faults = _carry(tables, calls, knowledge, _house(tables, meanwhile, options), options)
    assumed = [Assumption(what, counting.assumed[what]) for what in (PATIENCE, ANSWER, TALK)]
    assumed += [Assumption(words, None) for words in knowledge.invented]
    assumed.append(Assumption(EVERYBODY if options.staff is Staff.EVERYBODY else NEW_PHONES, None))
    if not known:
        assumed.append(Assumption(NO_OVERRIDES, None))
    assumed += [Assumption(BACK_AGAIN, None)] * _pauses(tables)
    assumed.append(Assumption(TRANSFERS, None))
    count, different = counting.different()
    return Simulation(
        source=LOG,
        start=options.start,
        end=options.end,
        staff=options.staff,
        seed=options.seed,
        plan_digest=tables.digest,
        outgoing=counting.outgoing,
        left_out=dict(sorted(left_out.items())),
        overrides=len(meanwhile.overrides) if known else None,
        assumed=tuple(assumed),
        then=counting.then(),
        now=counting.now(),
        numbers=counting.numbers(compared=True),
        queues=waits.queues(),
        members=waits.members(),
        moves=counting.moves(),
        different_count=count,
        different=different,
        faults=faults,
    )


def invent(tables: Tables, load: Load, seed: int, talk_limit: float) -> Simulation:
    """What a plan does with an invented load. Raises LoadInvalid and TooManyCalls."""
    start, end = period_of(load)
    draws = Draws(seed)
    options = Options(start, end, seed=seed, talk_limit=talk_limit)
    knowledge = knowledge_of(load, draws)
    house = replace(
        _house(tables, Meanwhile(), options), duties=tuple(duties_of(load, tables, options.start))
    )
    words = [*knowledge.invented, EVERYBODY, *[STAFFED] * bool(load.staff), *[BACK_AGAIN] * _pauses(tables)]
    counting, waits, faults = _carry(tables, calls_of(load, draws), knowledge, house, options)
    return Simulation(
        source=LOAD,
        start=start,
        end=end,
        staff=options.staff,
        seed=seed,
        plan_digest=tables.digest,
        outgoing=counting.outgoing,
        left_out={},
        overrides=0,
        assumed=tuple([Assumption(one, None) for one in words]),
        then=None,
        now=counting.now(),
        numbers=counting.numbers(compared=False),
        queues=waits.queues(),
        members=waits.members(),
        moves=(),
        different_count=0,
        different=(),
        faults=faults,
    )


def _pauses(tables: Tables) -> bool:
    """Whether somebody may be given a pause for missed calls."""
    return any(queue.wait.missed_limit for queue in tables.queues.values())


def _house(tables: Tables, meanwhile: Meanwhile, options: Options) -> Meanwhile:
    """Who is there."""
    if options.staff is Staff.LOG:
        return meanwhile
    everybody = tuple([PhoneChange(options.start, phone, there=True) for phone in tables.phones])
    return replace(meanwhile, phones=everybody, duties=())


def _carry(
    tables: Tables,
    calls: Sequence[SimulatedCall],
    knowledge: Knowledge,
    meanwhile: Meanwhile,
    options: Options,
) -> tuple[Counting, Waits, int]:
    counting, waits = Counting(tables), Waits(tables)
    driver = Driver(tables, knowledge, options.talk_limit, counting.ended, watch=waits.see)
    driver.run(calls, meanwhile)
    return counting, waits, driver.faults
