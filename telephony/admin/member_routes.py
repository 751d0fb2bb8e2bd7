"""The operations on members of groups."""

from telephony.admin import live_handlers, member_handlers
from telephony.admin import parameters as p
from telephony.admin.bodies import JsonBody, MemberStateWanted
from telephony.admin.errors import Kind
from telephony.admin.operation import Example, Operation, Page
from telephony.admin.values import Live
from telephony.admin.wire import EVENTS
from telephony.desk.member_state import Member
from telephony.tokens import Role

MEMBER_ROUTES: tuple[Operation, ...] = (
    Operation(
        id="listMembers",
        method="GET",
        path="/members",
        summary="List the members of groups with what each is doing, and since when",
        about="Of a state that the plan, a phone or the member began long ago `since` may be null.",
        role=Role.SUPERVISOR,
        handler=member_handlers.members,
        answer=Page[Member],
        parameters=p.MembersParameters,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        id="readMember",
        method="GET",
        path="/members/{person}",
        summary="See what a member is doing, and since when",
        role=Role.SUPERVISOR,
        handler=member_handlers.member,
        answer=Member,
        parameters=p.MemberParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({"person": "amina"}),
    ),
    Operation(
        id="readLive",
        method="GET",
        path="/live",
        summary="See what members are doing and who waits, once or as it changes",
        about="With `Accept: text/event-stream` it is a stream of server-sent events: `whole` first, with "
        "this answer, then `change` whenever something is another, at most four a second: `members` as they "
        "are now, `gone` who are none any more, `queues`, all of them, or null when they are as before, and "
        "the numbers of `today` of which another call was counted. "
        "It ends after an hour, when the service stops, and for who is too slow: connect anew.",
        role=Role.SUPERVISOR,
        handler=live_handlers.live,
        answer=Live,
        also=(EVENTS,),
    ),
    Operation(
        id="setMemberState",
        method="PUT",
        path="/members/{person}/state",
        summary="Log a member in or out, pause them, or end a pause or wrap-up",
        about="`available` ends a pause, a wrap-up and the rest after a missed call; `paused` needs one of "
        "the plan's `pause_reasons`; `logged_in` and `logged_out` are of one `group`, or of all without "
        "it. A call under way is not touched. It is journalled with who asked.",
        role=Role.SUPERVISOR,
        handler=member_handlers.set_state,
        answer=Member,
        parameters=p.MemberParameters,
        body=JsonBody(MemberStateWanted),
        problems=(Kind.NOT_FOUND,),
        example=Example({"person": "amina"}, {"state": "paused", "reason": "Lunch"}),
    ),
)
