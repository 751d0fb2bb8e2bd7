"""What members dial at their phone to log in or out, or to have a pause."""

from enum import StrEnum

from routing.tables import Tables


class DutyCode(StrEnum):
    """What a code is for, as the plan calls it."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    PAUSE = "pause"
    RESUME = "resume"


def asked_for(tables: Tables, dialled: str) -> tuple[DutyCode, str] | None:
    """Which code this is, and what follows it; None when it is none. The longest that fits, if there are
    several, and none where that one is for pick-up."""
    fitting = [code for code in (*tables.duty_codes, tables.pickup_code) if code and dialled.startswith(code)]
    code = max(fitting, key=len, default="")
    what = tables.duty_codes.get(code)
    return None if what is None else (DutyCode(what), dialled[len(code) :])


def group_of(tables: Tables, text: str) -> str | None:
    """The group whose short code this is, "" for all when there is no text; None when it is nobody's."""
    return tables.short_codes.get(text) if text else ""


def reason_of(tables: Tables, text: str) -> str | None:
    """The reason of a pause by its place in the plan's list, the first when there is no text; None when
    there is no such place."""
    place = text or "1"
    if not (place.isascii() and place.isdigit() and len(place) <= 2):
        return None
    return dict(enumerate(tables.pause_reasons, 1)).get(int(place))
