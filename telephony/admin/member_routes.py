"""The operations on members of groups."""

from telephony.admin import member_handlers
from telephony.admin import parameters as p
from telephony.admin.bodies import JsonBody, MemberStateWanted
from telephony.admin.errors import Kind
from telephony.admin.operation import Example, Operation, Page
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
