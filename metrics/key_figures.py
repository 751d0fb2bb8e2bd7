"""The key figures: one registry of formulas over plain counts, for dashboard, API and report alike.

There is no common definition of service level: the four usual ones give 80.0, 66.0, 56.0 and 62.2 per cent of
one and the same day. So each has an id, a version that changes with its formula, and words; and the counts
themselves are given beside, so that whoever prefers another formula can work it out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

THRESHOLD_SECONDS = 20.0
"""Within this time an answer is in time, and giving up is short: one limit, so that the four service levels
speak of the same thing. A new one is a new version of the formulas that have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was counted of the calls of some time, by when they arrived and where they ended.

    Calls to 112, to no number of the plan, and those that have not ended are in no count. The counts from
    `no_answer` to `failed` are those whose caller spoke to nobody and did not give up, by outcome.
    """

    offered: int = 0
    """Calls that met an open number, whatever became of them: all but `closed`."""
    answered: int = 0
    """A person answered, even if the call was lost or interrupted then."""
    answered_in_time: int = 0
    """Of these, within `THRESHOLD_SECONDS` of the arrival."""
    abandoned: int = 0
    """The caller gave up before anybody answered."""
    abandoned_short: int = 0
    """Of these, within `THRESHOLD_SECONDS` of the arrival."""
    no_answer: int = 0
    busy: int = 0
    nobody_there: int = 0
    full: int = 0
    """No channel or port was free."""
    callback: int = 0
    """The caller asked to be called back; the call to them is no call to the municipality."""
    self_service: int = 0
    """What a menu led to, or a voicemail, and no person."""
    failed: int = 0
    """Refused or broken off, the interrupted ones too."""
    closed: int = 0
    """The call met a number that was closed: counted apart, for it could not be answered."""
    answer_seconds: float = 0.0
    """From arrival to answer, the sum over `answered`."""
    talk_seconds: float = 0.0
    """From answer to end, the sum over `answered`."""

    @property
    def abandoned_late(self) -> int:
        """The caller gave up after `THRESHOLD_SECONDS`."""
        return self.abandoned - self.abandoned_short

    def to_json(self) -> dict[str, float]:
        """The counts by name, `abandoned_late` too."""
        counts = {field.name: getattr(self, field.name) for field in fields(self)}
        return counts | {"abandoned_late": self.abandoned_late}


@dataclass(frozen=True, slots=True)
class Formula:
    """A key figure: the sum of the counts in `over`, divided by the sum of those in `under`.

    `name` is Swedish, for people; `words` say the formula in English. `unit` is "%" or "s". `threshold` is
    the limit in seconds that its counts have, None when they have none.
    """

    id: str
    version: int
    name: str
    words: str
    over: tuple[str, ...]
    under: tuple[str, ...]
    unit: str = "%"
    threshold: float | None = None

    def value(self, tally: Tally) -> float | None:
        """The figure for these counts; None when there is nothing to divide by."""
        below = _sum(tally, self.under)
        if not below:
            return None
        return _sum(tally, self.over) / below * (100.0 if self.unit == "%" else 1.0)


FORMULAS: Sequence[Formula] = (
    Formula(
        id="service_level_of_answered",
        version=1,
        name="Servicenivå av besvarade",
        words="answered in time / answered",
        over=("answered_in_time",),
        under=("answered",),
        threshold=THRESHOLD_SECONDS,
    ),
    Formula(
        id="service_level_of_settled",
        version=1,
        name="Servicenivå med tidigt tappade",
        words="(answered in time + abandoned in time) / (answered + abandoned)",
        over=("answered_in_time", "abandoned_short"),
        under=("answered", "abandoned"),
        threshold=THRESHOLD_SECONDS,
    ),
    Formula(
        id="service_level_of_offered",
        version=1,
        name="Servicenivå av inkomna",
        words="answered in time / offered",
        over=("answered_in_time",),
        under=("offered",),
        threshold=THRESHOLD_SECONDS,
    ),
    Formula(
        id="service_level_less_short",
        version=1,
        name="Servicenivå utan tidigt tappade",
        words="answered in time / (answered + abandoned after the limit)",
        over=("answered_in_time",),
        under=("answered", "abandoned_late"),
        threshold=THRESHOLD_SECONDS,
    ),
    Formula(
        id="answered_share",
        version=1,
        name="Andel besvarade",
        words="answered / offered",
        over=("answered",),
        under=("offered",),
    ),
    Formula(
        id="abandoned_share",
        version=1,
        name="Andel tappade",
        words="abandoned / offered",
        over=("abandoned",),
        under=("offered",),
    ),
    Formula(
        id="abandoned_late_share",
        version=1,
        name="Andel tappade efter gränsen",
        words="abandoned after the limit / offered",
        over=("abandoned_late",),
        under=("offered",),
        threshold=THRESHOLD_SECONDS,
    ),
    Formula(
        id="closed_share",
        version=1,
        name="Andel som mötte stängt",
        words="met closed / (offered + met closed)",
        over=("closed",),
        under=("offered", "closed"),
    ),
    Formula(
        id="nobody_there_share",
        version=1,
        name="Andel utan någon på plats",
        words="nobody there / offered",
        over=("nobody_there",),
        under=("offered",),
    ),
    Formula(
        id="average_answer_seconds",
        version=1,
        name="Genomsnittlig svarstid",
        words="sum of the times to answer / answered",
        over=("answer_seconds",),
        under=("answered",),
        unit="s",
    ),
    Formula(
        id="average_talk_seconds",
        version=1,
        name="Genomsnittlig samtalstid",
        words="sum of the talk times / answered",
        over=("talk_seconds",),
        under=("answered",),
        unit="s",
    ),
)
"""Every key figure (P4, P5, P9), in the order in which people read them."""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A formula and what it gives; `value` is None when there was nothing to divide by."""

    formula: Formula
    value: float | None

    def to_json(self) -> Mapping[str, object]:
        """The documented object: the formula's fields, and `value` rounded to two decimals.

        `over` and `under` name counts of the tally, so that the figure can be worked out again.
        """
        formula = self.formula
        return {
            "id": formula.id,
            "version": formula.version,
            "name": formula.name,
            "words": formula.words,
            "over": list(formula.over),
            "under": list(formula.under),
            "unit": formula.unit,
            "threshold_seconds": formula.threshold,
            "value": None if self.value is None else round(self.value, 2),
        }


def key_figures(tally: Tally) -> tuple[KeyFigure, ...]:
    """All key figures of these counts, in the order of the registry."""
    return tuple(KeyFigure(formula, formula.value(tally)) for formula in FORMULAS)


def _sum(tally: Tally, names: Sequence[str]) -> float:
    return float(sum(getattr(tally, name) for name in names))
