"""A decision put into words and into data, for the command line, the log and the API."""

from dataclasses import asdict
from typing import assert_never

from routing.decision import CALLBACK_KEY, Decision, Kind, Origin, Question, Strategy, Target, Wait
from routing.explain_swedish import swedish_lines
from routing.hours import STOCKHOLM
from routing.numbers import show
from routing.spoken import first_of

_TURNS = {
    Strategy.LINEAR: "each in turn",
    Strategy.ROUND_ROBIN: "each in turn, after who was first last",
    Strategy.LONGEST_IDLE: "each in turn, who has been idle the longest first",
    Strategy.FEWEST_CALLS: "each in turn, who has answered the fewest calls today first",
    Strategy.RANDOM: "each in turn, by chance",
    Strategy.SKILL: "each in turn, the most skilled first",
}


def question_of(number: str, caller: str | None, phone: str = "") -> Question:
    """What a call to `number` would ask: one from outside by `caller` (E.164, None is hidden), or with
    `phone` one of that account, which reaches what others do not, and is not rung itself."""
    if phone:
        return Question(dialled=number, origin=Origin.PHONE, origin_name=phone, caller=None)
    return Question(dialled=number, origin=Origin.TRUNK, origin_name="", caller=caller)


def explain_lines(decision: Decision, plan: str = "") -> list[str]:
    """The decision as lines for a terminal: what is done, then every step that led there.

    `plan` names the plan when it is none with a version.
    """
    head = [_what(decision)]
    head += [f"  rings {_target(target)}" for target in decision.targets]
    if decision.protected:
        head.append("  protected: the caller is secret")
    steps = [f"  because {reason.text}  ({reason.rule}: {reason.where})" for reason in decision.reasons]
    return [*head, *steps, f"  by plan {plan or f'version {decision.plan_version}'}"]


def explain_json(decision: Decision) -> dict[str, object]:
    """The decision as an object of the API, with all keys always there.

    - `kind`: ring, announce, menu, voicemail, queue or reject; `outcome`: closed, nobody_there, busy,
      no_answer, full, failed, or "" when it rings, waits or a menu is offered
    - `number` (E.164, "112", or "" when no number of the plan was reached), `function`, `group`
    - `strategy` (as in the plan), `ring_seconds`, `first_response_seconds` (0 is no limit)
    - `targets`: objects of `member`, `phone`, `trunk`, `number`, `gateway` (of a trunk `ADDRESS:PORT`, before
      it `tcp:` or `tls:`, after it the host name in parentheses if the plan has one; or "")
    - `prompt` (several joined by "+" are one sound), `early`, `status` (SIP, 0 when none is sent)
    - `menu`: null, or an object of `name`, `prompt`, `keys` (text), `wait_seconds`, `tries`,
      `extension_digits`; `voicemail`: the box, or ""
    - `emergency`, `protected`, `plan_version`
    - `outside`: the number of the public network that a phone calls, or ""
    - `reasons`: objects of `rule`, `where` (a path in the plan), `text`, in the order of the steps
    - `sentences`: the whole in Swedish
    """
    return {
        "kind": decision.kind.value,
        "outcome": decision.outcome,
        "number": decision.number,
        "function": decision.function,
        "group": decision.group,
        "strategy": decision.strategy.value,
        "ring_seconds": decision.ring_seconds,
        "first_response_seconds": decision.first_response_seconds,
        "targets": [
            {
                "member": target.member,
                "phone": target.phone,
                "trunk": target.trunk,
                "number": target.number,
                "gateway": _gateway(target),
            }
            for target in decision.targets
        ],
        "prompt": decision.prompt,
        "early": decision.early,
        "status": decision.status,
        "menu": None if decision.menu is None else asdict(decision.menu),
        "voicemail": decision.voicemail,
        "wait": None if decision.wait is None else _wait_json(decision.wait),
        "emergency": decision.emergency,
        "outside": decision.outside,
        "protected": decision.protected,
        "plan_version": decision.plan_version,
        "reasons": [
            {"rule": reason.rule, "where": reason.where, "text": reason.text} for reason in decision.reasons
        ],
        "sentences": list(swedish_lines(decision)),
    }


def _wait_json(wait: Wait) -> dict[str, object]:
    times = {"closes_at": wait.closes_at, "leave_at": wait.leave_at}
    return asdict(wait) | {name: at and at.astimezone(STOCKHOLM).isoformat() for name, at in times.items()}


def _what(decision: Decision) -> str:
    at = f"{decision.function}, at {show(decision.number)}"
    place = at if decision.number else "no number of the plan"
    if decision.outside:
        place = f"{show(decision.outside)}, outside"
    match decision.kind:
        case Kind.RING:
            return f"{place}: {_how(decision)}"
        case Kind.ANNOUNCE:
            end = f"before an answer, then {decision.status}" if decision.early else "after an answer"
            said = first_of(decision.prompt)
            return f"{place}: announcement {said} {end}, outcome {decision.outcome}"
        case Kind.MENU:
            return f"{place}: {_menu(decision)}"
        case Kind.QUEUE:
            return f"{place}: {_queue(decision)}"
        case Kind.VOICEMAIL:
            said = f"greeting {decision.prompt}, outcome {decision.outcome}"
            return f"{place}: voicemail {decision.voicemail}, {said}"
        case Kind.REJECT:
            return f"{place}: refused with {decision.status}, outcome {decision.outcome}"
        case _ as never:
            assert_never(never)


def _queue(decision: Decision) -> str:
    wait = decision.wait
    assert wait is not None  # of this kind
    end = f", until {wait.leave_at.astimezone(STOCKHOLM):%H:%M}" if wait.leave_at else ""
    most = f"at most {wait.max_wait_seconds:g} s{end}"
    pressed = sorted([*wait.keys, *(CALLBACK_KEY if wait.callback else "")])
    keys = f", keys {' '.join(pressed)}" if pressed else ""
    return f"waits for group {decision.group}, priority {wait.priority}, {most}{keys}"


def _menu(decision: Decision) -> str:
    menu = decision.menu
    assert menu is not None  # of this kind
    times = "once" if menu.tries == 1 else f"at most {menu.tries} times"
    keys = " ".join(menu.keys)
    keys += f" or an extension of {menu.extension_digits} digits" if menu.extension_digits else ""
    return f"menu {menu.name}: prompt {menu.prompt}, {times}, {menu.wait_seconds:g} s for one of {keys}"


def _how(decision: Decision) -> str:
    whom = f"group {decision.group}" if decision.group else "one member"
    if decision.emergency:
        whom = "the emergency trunks"
    elif decision.targets and decision.targets[0].trunk and not decision.targets[0].is_mobile:
        whom = "by trunk"
    each = "all at once" if decision.strategy is Strategy.ALL else _TURNS[decision.strategy]
    return f"rings {whom}, {each}, for {decision.ring_seconds:g} s"


def _target(target: Target) -> str:
    if target.is_mobile:
        return f"{target.member} outside, by trunk {target.trunk}, at {_gateway(target)}"
    if target.trunk:
        return f"{target.number} by trunk {target.trunk}, at {_gateway(target)}"
    return f"{target.member} on phone {target.phone}"


def _gateway(target: Target) -> str:
    return "" if target.gateway is None else str(target.gateway)
