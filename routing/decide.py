"""Where a call goes, and why: the one function that answers for live calls, explain and simulation alike.

It reads the tables, the question, the situation and the clock it is given, and nothing else. Every step it
takes is a reason in the decision.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from routing.announcement import said
from routing.conditions import judge
from routing.decide_emergency import decide_emergency
from routing.decision import (
    OUTCOMES,
    OUTSIDE_MARK,
    WRONG_KEY,
    Branch,
    Decision,
    Kind,
    Origin,
    Question,
    Reason,
    Strategy,
    Target,
)
from routing.emergency import is_emergency
from routing.extensions import number_of
from routing.hours import Opening
from routing.hunt import in_order
from routing.mobiles import Mobiles
from routing.opening import opening
from routing.outside import (
    FAILED,
    FIRST_RESPONSE_SECONDS,
    OUTSIDE_RING_SECONDS,
    end_outside,
    no_number,
    ways_out,
    why_no_way,
)
from routing.situation import Situation
from routing.strategy import ALL_OUT, choose, why_nobody
from routing.tables import (
    Case,
    GroupRow,
    MenuRow,
    NumberRow,
    OneOf,
    PersonRow,
    QueueRow,
    Route,
    Tables,
    ToAnnouncement,
    ToGroup,
    ToMenu,
    ToNumber,
    ToOutside,
    ToPerson,
    ToPhone,
    ToReject,
    ToVoicemail,
    VoicemailRow,
)
from routing.waiting import numbers_passed, wait_of

UNAVAILABLE = 480
BUSY_HERE = 486

SELF_SERVICE = "self_service"
CLOSED = "closed"

CALLBACK_PROMPT = "callback_promised"


def decide(tables: Tables, question: Question, situation: Situation, now: datetime) -> Decision:
    """The decision for a call that has arrived, or whose last decision led nowhere (`question.branch`).

    `now` is aware (raises NaiveTime). No other error: whatever a caller dials gets an answer.
    """
    if is_emergency(question.dialled):
        return decide_emergency(tables, question, situation)
    if question.branch is Branch.ARRIVED:
        row = tables.numbers.get(question.dialled)
        if row is None or (row.internal_only and question.origin is Origin.TRUNK):
            return no_number(tables, question, situation)
        return _Path(tables, question, situation, now).follow(row, Branch.ARRIVED)
    if question.visited and question.visited[0].startswith(OUTSIDE_MARK):
        return end_outside(tables, question)
    path = _Path(tables, question, situation, now)
    row = tables.numbers.get(question.number)
    if question.queue and question.branch is Branch.PRESSED:
        queue = tables.queues.get(question.queue)
        if row is None or queue is None:
            return path.follow_vanished("queue")
        return path.follow_queue(row, queue)
    if question.branch in (Branch.PRESSED, Branch.NO_KEY, Branch.EXTENSION):
        menu = tables.menus.get(question.menu)
        if row is None or menu is None:
            return path.follow_vanished("menu")
        return path.follow_menu(row, menu)
    if question.branch is Branch.CALLBACK:  # the place is kept, whatever has left the plan since
        return path.promise_callback(row or tables.numbers[tables.main_number])
    if row is None:
        return path.follow_vanished("number", OUTCOMES[question.branch])
    if question.branch is Branch.CLOSING:
        return path.follow_closing(row)
    return path.follow(row, question.branch)


def _told_of(closing: Opening) -> Route:
    """What is heard of a day, or an override, that has an announcement of its own."""
    what = "this override" if closing.entry.rule == "override" else "this day"
    reason = Reason("announcement", f"{closing.entry.where}.announcement", f"{what} has its own")
    return Route(ToAnnouncement(closing.announcement, early=False), reason)


def _mark(menu: str) -> str:
    """How the mark of a menu begins; the outcome, if the call has one by then, ends it."""
    return f"menu:{menu}:"


class _Path:
    """The way of one question through the plan. Each step leaves a mark in `visited`; none is taken twice."""

    def __init__(self, tables: Tables, question: Question, situation: Situation, now: datetime) -> None:
        self._tables = tables
        self._question = question
        self._situation = situation
        self._now = now
        self._visited = list(question.visited)
        self._reasons: list[Reason] = []
        self._outcome = ""
        self._unreached = FAILED
        """The outcome where nothing has gone wrong and yet no person is rung."""

    def follow_vanished(self, what: str, outcome: str = "") -> Decision:
        """What is pursued has left the plan since the last decision: Kontaktcenter takes the call."""
        self._outcome = outcome
        text = f"the {what} is no longer in the plan: the call goes to the main number"
        self._reasons.append(Reason("plan", f"{what}s", text))
        return self.follow(self._tables.numbers[self._tables.main_number], Branch.ARRIVED)

    def follow(self, row: NumberRow, branch: Branch) -> Decision:
        """Go from one branch of a number to whatever it ends in."""
        return self._run(row, self._enter(row, branch))

    def follow_menu(self, row: NumberRow, menu: MenuRow) -> Decision:
        """Go on from a menu, by the key that was pressed or without one. What led to it stays the outcome."""
        mark = next((mark for mark in self._visited if mark.startswith(_mark(menu.menu.name))), "")
        self._outcome, key = mark.rpartition(":")[2], self._question.key
        if self._question.branch is Branch.EXTENSION:
            return self._follow_extension(row, menu, key)
        route = menu.keys.get(key) if self._question.branch is Branch.PRESSED else None
        if route is not None:
            self._unreached = SELF_SERVICE
            self._reasons.append(Reason("menu", f"{menu.where}.keys.{key}", f"the caller pressed {key}"))
        else:
            route = menu.no_key
            self._reasons.append(Reason("menu", menu.where, "the caller pressed none of its keys"))
        return self._run(row, route)

    def _follow_extension(self, row: NumberRow, menu: MenuRow, key: str) -> Decision:
        """Go on to the number that was keyed; or offer the menu again, as long as it may be said."""
        dialled, where = number_of(self._tables, menu, key, self._visited), f"{menu.where}.extensions"
        if dialled is not None:
            self._unreached = SELF_SERVICE
            self._reasons.append(Reason("menu", where, f"the caller keyed the extension {key}"))
            return self._run(dialled, self._enter(dialled, Branch.ARRIVED))
        self._reasons.append(Reason("menu", where, f"the caller keyed {key}, which is no extension"))
        if not self._question.tries_left:
            return self._run(row, menu.no_key)
        again = replace(menu.menu, tries=self._question.tries_left)
        return self._answer(row, Kind.MENU, menu=again, prompt=WRONG_KEY)

    def follow_queue(self, row: NumberRow, queue: QueueRow) -> Decision:
        """Go on from a queue, by the key that was pressed there."""
        key = self._question.key
        self._unreached = SELF_SERVICE
        self._reasons.append(Reason("queue", f"{queue.where}.keys.{key}", f"the caller pressed {key}"))
        return self._run(row, queue.keys.get(key, row.routes[Branch.NO_ANSWER]))

    def follow_closing(self, row: NumberRow) -> Decision:
        """Go on from a queue in which the call still was when it had closed."""
        self._outcome = CLOSED
        self._visited.append(f"{row.number}/{Branch.CLOSING}")
        self._reasons.append(Reason("queue", row.reason.where, "it has closed while the caller waited"))
        return self._run(row, row.closed)

    def promise_callback(self, row: NumberRow) -> Decision:
        """Tell a caller who has asked for it that they will be called back."""
        self._visited.append(f"{row.number}/{Branch.CALLBACK}")
        self._reasons.append(Reason("queue", row.reason.where, "the caller will be called back"))
        return self._answer(row, Kind.ANNOUNCE, prompt=CALLBACK_PROMPT, outcome=Branch.CALLBACK.value)

    def _run(self, row: NumberRow, route: Route | None) -> Decision:
        """Go by this route and on until the call is decided; None is a step that was taken before."""
        while route is not None:
            found = self._go(row, route)
            if isinstance(found, Decision):
                return found
            row, branch = (found, Branch.ARRIVED) if isinstance(found, NumberRow) else (row, found)
            route = self._enter(row, branch)
        return self._reject(row, BUSY_HERE if self._outcome == Branch.BUSY else UNAVAILABLE)

    def _go(self, row: NumberRow, route: Route) -> Decision | NumberRow | Branch:
        """Where a route ends, or else the number or the branch by which the call goes on."""
        destination = route.destination
        while isinstance(destination, OneOf):
            route = self._case(destination)
            destination = route.destination
        self._reasons.append(route.reason)
        match destination:
            case ToNumber(number):
                return self._tables.numbers[number]
            case ToGroup(group) if group in self._tables.queues and self._question.may_wait:
                return self._join(row, self._tables.groups[group], self._tables.queues[group])
            case ToGroup() | ToPerson() | ToPhone():
                return self._ring(row, destination)
            case ToOutside(number):
                return self._call_outside(row, number)
            case ToAnnouncement():
                return self._announce(row, destination)
            case ToMenu(name):
                return self._offer(row, self._tables.menus[name])
            case ToVoicemail(name):
                return self._take_message(row, self._tables.voicemails[name])
            case ToReject(status):
                return self._reject(row, status)
            case _ as never:
                assert_never(never)

    def _case(self, one_of: OneOf) -> Route:
        """The first case that holds: the last always does, or the plan would have been refused."""
        return next(case.route for case in one_of.cases if self._holds(case))

    def _holds(self, case: Case) -> bool:
        holds, reasons = judge(case, self._question, self._now)
        self._reasons += reasons
        return holds

    def _enter(self, row: NumberRow, branch: Branch) -> Route | None:
        """The route of this branch, by the clock on arrival; None when this step was taken before."""
        mark = row.number
        if branch is not Branch.ARRIVED:
            mark = f"{row.number}/{branch}"
            self._outcome = OUTCOMES[branch]
        if mark in self._visited:
            self._reasons.append(Reason("loop", row.reason.where, "the call has been here before: it ends"))
            return None
        self._visited.append(mark)
        if branch is not Branch.ARRIVED:
            return row.routes[branch]
        self._reasons.append(row.reason)
        found = opening(self._situation.overrides(), row, self._now)
        self._reasons.append(found.entry)
        if found.open:
            return row.routes[branch]
        self._outcome = CLOSED
        return _told_of(found) if found.announcement else row.closed

    def _ring(self, row: NumberRow, destination: ToGroup | ToPerson | ToPhone) -> Decision | Branch:
        """Ring whoever is there and free, or say by which branch the call goes on."""
        members, strategy, ring_seconds, where = self._members(destination)
        group = destination.group if isinstance(destination, ToGroup) else ""
        chosen = self._choose(members, strategy, where, group)
        if isinstance(chosen, Branch):
            return chosen
        free = len({target.member for target in chosen})
        text = f"{free} of {len(members)} free, rings {strategy} for {ring_seconds:g} s"
        self._reasons.append(Reason("presence", where, text))
        return self._answer(
            row, Kind.RING, group=group, strategy=strategy, targets=chosen, ring_seconds=ring_seconds
        )

    def _choose(
        self, members: Sequence[PersonRow], strategy: Strategy, where: str, group: str
    ) -> tuple[Target, ...] | Branch:
        """Whom to ring; nobody is said."""
        together, said = strategy is Strategy.ALL, len(self._reasons)
        mobiles = Mobiles(self._tables, self._situation, self._question.draw, together=together)
        caller = self._caller()
        chosen = choose(members, self._situation, self._now, caller, self._reasons, group, mobiles)
        if isinstance(chosen, Branch):
            away = sum(reason.rule == "absence" for reason in self._reasons[said:])
            self._reasons.append(Reason("presence", where, why_nobody(chosen, len(members), away)))
        return chosen

    def _join(self, row: NumberRow, group: GroupRow, queue: QueueRow) -> Decision | Branch:
        """Let the call wait for its turn, or say by which branch it goes on."""
        there = self._there(group, group.members)
        chosen = self._choose(there, group.strategy, f"groups.{group.key}", group.key)
        if chosen is Branch.NOBODY_THERE and queue.staffed_only:
            return chosen
        waiting = self._situation.waiting(group.key)
        if waiting >= queue.max_waiting:
            self._reasons.append(Reason("queue", queue.where, f"{waiting} wait: it is full"))
            return Branch.FULL
        free = 0 if isinstance(chosen, Branch) else len({target.member for target in chosen})
        whom = f"{free} of {len(there)} free, rings {group.strategy} for {group.ring_seconds:g} s"
        text = f"{waiting} wait, {whom if there else ALL_OUT}"
        self._reasons.append(Reason("queue", queue.where, text))
        passed, overrides = numbers_passed(self._tables, self._visited), self._situation.overrides()
        wait = wait_of(row, queue, self._question, passed, overrides, self._now)
        return self._answer(
            row,
            Kind.QUEUE,
            group=group.key,
            strategy=group.strategy,
            ring_seconds=group.ring_seconds,
            wait=wait,
        )

    def _caller(self) -> str:
        """Who calls: of a phone of ours its person, or a phone of nobody; else a number."""
        if self._question.origin is not Origin.PHONE:
            return self._question.caller or ""
        phone = self._tables.single_phones.get(self._question.origin_name)
        return phone.key if phone else ""

    def _members(
        self, destination: ToGroup | ToPerson | ToPhone
    ) -> tuple[Sequence[PersonRow], Strategy, float, str]:
        """Whom to ring, how, for how many seconds, and where the plan says so."""
        if isinstance(destination, ToGroup):
            group = self._tables.groups[destination.group]
            members = self._there(group, in_order(group, self._situation, self._now, self._question.draw))
            return members, group.strategy, group.ring_seconds, f"groups.{group.key}"
        if isinstance(destination, ToPhone):
            phone = self._tables.single_phones[destination.phone]
            return (phone,), Strategy.ALL, phone.ring_seconds, f"phones.{destination.phone}"
        person = self._tables.people[destination.person]
        return (person,), Strategy.ALL, person.ring_seconds, f"people.{person.key}"

    def _there(self, group: GroupRow, members: Sequence[PersonRow]) -> Sequence[PersonRow]:
        """Those who take part in answering calls of the group."""
        there = [person for person in members if self._situation.takes_part(person.key, group.key)]
        if len(there) < len(members):
            text = f"{len(members) - len(there)} of {len(members)} paused or logged out"
            self._reasons.append(Reason("duty", f"groups.{group.key}", text))
        return there

    def _call_outside(self, row: NumberRow, number: str) -> Decision | Branch:
        """Go on to the public network, or say by which branch the call goes on."""
        targets, reasons = ways_out(self._tables, number, self._question.draw, self._situation)
        self._reasons += reasons
        if not targets:
            return why_no_way(reasons)
        return self._answer(
            row,
            Kind.RING,
            strategy=Strategy.LINEAR,
            targets=targets,
            ring_seconds=OUTSIDE_RING_SECONDS,
            first_response_seconds=FIRST_RESPONSE_SECONDS,
        )

    def _announce(self, row: NumberRow, destination: ToAnnouncement) -> Decision:
        early, overrides = destination.early, self._situation.overrides()
        prompt, reasons = said(self._tables, row, destination, overrides, self._now)
        self._reasons += reasons
        return self._answer(
            row,
            Kind.ANNOUNCE,
            prompt=prompt,
            early=early,
            status=UNAVAILABLE if early else 0,
            outcome=self._outcome or self._unreached,
        )

    def _offer(self, row: NumberRow, menu: MenuRow) -> Decision:
        """Offer a menu, once in a call: its mark keeps what had led there."""
        mark = _mark(menu.menu.name)
        if any(seen.startswith(mark) for seen in self._visited):
            self._reasons.append(Reason("loop", menu.where, "the call has been here before: it ends"))
            return self._reject(row, UNAVAILABLE)
        self._visited.append(mark + self._outcome)
        return self._answer(row, Kind.MENU, menu=menu.menu, prompt=menu.menu.prompt)

    def _take_message(self, row: NumberRow, box: VoicemailRow) -> Decision:
        outcome = self._outcome or SELF_SERVICE
        return self._answer(row, Kind.VOICEMAIL, prompt=box.prompt, voicemail=box.key, outcome=outcome)

    def _reject(self, row: NumberRow, status: int) -> Decision:
        return self._answer(row, Kind.REJECT, status=status, outcome=self._outcome or FAILED)

    def _answer(self, row: NumberRow, kind: Kind, **fields: Any) -> Decision:
        """A decision with these fields, and what every one at this number has in common."""
        passed = numbers_passed(self._tables, self._visited)
        return Decision(
            kind=kind,
            number=row.number,
            function=passed[0].function,
            protected=any(number.protected for number in passed),
            plan_version=self._tables.version,
            visited=tuple(self._visited),
            reasons=tuple(self._reasons),
            **fields,
        )
