"""A plan made into the frozen tables that `decide` reads.

This is where the costly libraries and the following of references are, so that no call pays for them.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from routing.check import check
from routing.compile_calendar import always_open, compile_calendar
from routing.compile_flow import Conditions, menus_of, queues_of, route_of, routes_of, voicemails_of
from routing.compile_people import person_row, single_phones
from routing.decision import OVERFLOW, Branch, Reason
from routing.errors import PlanRefused
from routing.flow import CLOSED, DEFAULT_CLOSED, Flow, Way, default_way, flow_of
from routing.nets import NetRow, NetTable, read_prefix
from routing.numbers import NumberClass, show
from routing.peers import PeerTable, is_one_host, parse_peer
from routing.places import Named, Place, parse_gateway
from routing.plan import DEFAULT_PRIORITY, Gateway, Person, Plan, Trunk
from routing.plan_registration import Registration
from routing.problem import Severity
from routing.tables import (
    GatewayRow,
    GroupRow,
    NumberRow,
    PersonRow,
    PhoneRow,
    RegistrationRow,
    Route,
    Tables,
    ToPerson,
    TrunkRow,
)


def compile_plan(plan: Plan, version: int = 1) -> Tables:
    """The tables of one version of a plan. Raises PlanRefused when check finds errors in it."""
    errors = [problem for problem in check(plan) if problem.severity is Severity.ERROR]
    if errors:
        raise PlanRefused(errors)
    return compile_checked(plan, version)


def compile_checked(plan: Plan, version: int = 1) -> Tables:
    """The same of a plan in which `check` has found no errors: a large one takes as long to check as to
    compile."""
    people = {key: person_row(key, person) for key, person in plan.people.items()}
    calendars = {name: compile_calendar(name, plan.calendars) for name in plan.calendars}
    trunks = {name: _trunk(name, trunk) for name, trunk in plan.trunks.items()}
    flow, conditions = flow_of(plan), Conditions.of(calendars, plan.lists)
    return Tables(
        version=version,
        digest=digest_of(plan),
        municipality=plan.municipality.name,
        main_number=plan.municipality.main_number,
        contact_centre=plan.municipality.contact_centre,
        return_ring_seconds=plan.municipality.return_ring_seconds,
        next_opening=plan.municipality.next_opening,
        transfer_code=plan.municipality.transfer_code or "",
        numbers=MappingProxyType(_own_numbers(plan) | _numbers(plan, flow, conditions)),
        groups=MappingProxyType(_groups(plan, people)),
        people=MappingProxyType(people),
        phones=MappingProxyType(_phones(plan)),
        trunks=MappingProxyType(trunks),
        calendars=MappingProxyType(calendars),
        outside=_allowed(plan),
        outside_trunks=tuple(trunks[name] for name, trunk in plan.trunks.items() if trunk.outside),
        emergency_trunks=tuple(trunk for trunk in trunks.values() if trunk.emergency),
        own_series=tuple(series for trunk in trunks.values() for series in trunk.series),
        peers=PeerTable.of(
            (parse_peer(peer), name) for name, trunk in plan.trunks.items() for peer in trunk.peers
        ),
        edges=_edges(plan),
        registered_users=MappingProxyType(
            {row.registration.number: name for name, row in trunks.items() if row.registration}
        ),
        pickup_code=plan.municipality.pickup_code,
        duty_codes=MappingProxyType({code: name for name, code in plan.municipality.duty_codes if code}),
        short_codes=MappingProxyType(
            {group.short_code: key for key, group in plan.groups.items() if group.short_code}
        ),
        pause_reasons=plan.municipality.pause_reasons,
        memberships=MappingProxyType(_memberships(plan)),
        nets=_nets(plan),
        menus=MappingProxyType(menus_of(plan, flow, conditions)),
        voicemails=MappingProxyType(voicemails_of(plan)),
        queues=MappingProxyType(queues_of(plan, flow, conditions)),
        single_phones=MappingProxyType(single_phones(plan)),
    )


def canonical(plan: Plan) -> str:
    """The plan's canonical form: JSON without blanks. Order counts: trunks take 112 in theirs."""
    return plan.model_dump_json()


def digest_of(plan: Plan) -> str:
    """SHA-256 (hex) of the plan's canonical form."""
    return hashlib.sha256(canonical(plan).encode()).hexdigest()


def _nets(plan: Plan) -> NetTable:
    rows = {
        name: NetRow(name, None if net.codecs is None else tuple(map(str.lower, net.codecs)), net.direct)
        for name, net in plan.nets.items()
    }
    return NetTable.of(
        (read_prefix(text), rows[name]) for name, net in plan.nets.items() for text in net.prefixes
    )


def _numbers(plan: Plan, flow: Flow, conditions: Conditions) -> dict[str, NumberRow]:
    rows = {}
    for key, number in plan.numbers.items():
        routes = routes_of(flow[key], conditions)
        rows[key] = NumberRow(
            number=key,
            function=number.function,
            calendar=conditions.calendars[number.calendar],
            routes=_for_branches(routes),
            closed=routes[CLOSED],
            protected=number.protected,
            internal_only=False,
            personal=False,
            reason=Reason("number", f"numbers.{key}", f"{show(key)} is {number.function}"),
            priority=number.priority,
        )
    return rows


def _own_numbers(plan: Plan) -> dict[str, NumberRow]:
    """The people's own numbers: always open, to the person, then Kontaktcenter; outside only by choice."""
    return {
        person.number: _own_number(key, person, person.number, plan.municipality.main_number)
        for key, person in plan.people.items()
        if person.number is not None
    }


def _own_number(key: str, person: Person, number: str, main_number: str) -> NumberRow:
    path = f"people.{key}.number"
    arrived = Way(number, Branch.ARRIVED.value, path, ToPerson(key), given=True)
    others = (default_way(number, branch.value, path, main_number) for branch in OVERFLOW)
    return NumberRow(
        number=number,
        function=person.name,
        calendar=always_open(path, "a person's own number has no hours"),
        routes=_for_branches({way.branch: route_of(way) for way in (arrived, *others)}),
        closed=route_of(Way(number, CLOSED, path, DEFAULT_CLOSED, given=False)),
        protected=False,
        internal_only=not person.number_public,
        personal=True,
        reason=Reason("number", path, f"{show(number)} is {person.name}'s own number"),
        priority=DEFAULT_PRIORITY,
    )


def _for_branches(routes: Mapping[str, Route]) -> Mapping[Branch, Route]:
    return MappingProxyType({branch: routes[branch.value] for branch in (Branch.ARRIVED, *OVERFLOW)})


def _groups(plan: Plan, people: Mapping[str, PersonRow]) -> dict[str, GroupRow]:
    return {
        key: GroupRow(
            key=key,
            name=group.name,
            members=tuple(people[member] for member in group.members),
            strategy=group.strategy,
            ring_seconds=group.ring_seconds,
            weights=MappingProxyType(group.weights),
            skills=MappingProxyType(group.skills),
        )
        for key, group in plan.groups.items()
    }


def _memberships(plan: Plan) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, group in plan.groups.items():
        for member in group.members:
            found.setdefault(member, set()).add(key)
    return {person: frozenset(groups) for person, groups in found.items()}


def _phones(plan: Plan) -> dict[str, PhoneRow]:
    owner = {phone: key for key, person in plan.people.items() for phone in person.phones}
    return {
        account: PhoneRow(
            account=account,
            display=phone.display,
            legacy_digest=phone.legacy_digest,
            max_contacts=phone.max_contacts,
            person=owner.get(account, ""),
            options=phone.options,
            outside=_allowed(plan, owner.get(account, "")),
            outside_where=_allowed_by(plan, owner.get(account, "")),
        )
        for account, phone in plan.phones.items()
    }


def _allowed_by(plan: Plan, person: str) -> str:
    has_own = person and plan.people[person].outside is not None
    return f"people.{person}.outside" if has_own else "municipality.outside"


def _allowed(plan: Plan, person: str = "") -> frozenset[NumberClass]:
    own = plan.people[person].outside if person else None
    return frozenset(map(NumberClass, plan.municipality.outside if own is None else own))


def _edges(plan: Plan) -> PeerTable | None:
    addresses = [(address, name) for name, edge in plan.edges.items() for address in edge.addresses]
    return PeerTable.of((parse_peer(address), name) for address, name in addresses) if addresses else None


def _trunk(name: str, trunk: Trunk) -> TrunkRow:
    return TrunkRow(
        name=name,
        gateways=_gateways(name, trunk),
        number_format=trunk.number_format,
        trusted_identity=trunk.trusted_identity,
        emergency=trunk.emergency,
        series=trunk.numbers,
        options=trunk.options,
        takes_calls=trunk.emergency or trunk.outside or bool(trunk.gateways),
        channels=None if trunk.channels is None else trunk.channels - trunk.emergency_channels,
        channels_out=None if trunk.channels is None else trunk.channels - trunk.kept_channels,
        identity=trunk.identity,
        number_format_out=trunk.number_format_out,
        default_number=trunk.default_number or "",
        foreign_numbers=trunk.foreign_numbers,
        registration=_registration(trunk.registration) if trunk.registration else None,
    )


def _registration(plan: Registration) -> RegistrationRow:
    number, _, domain = plan.record.partition("@")
    return RegistrationRow(plan.user, plan.realm, number, domain, plan.expires)


def _gateways(name: str, trunk: Trunk) -> tuple[GatewayRow, ...]:
    """Where calls to the trunk can be sent, by priority."""
    given = {f"gateways[{index}]": gateway for index, gateway in enumerate(trunk.gateways)}
    rows: dict[Place | Named, GatewayRow] = {}
    for key, gateway in (given or _hosts(trunk)).items():
        address, place = parse_gateway(gateway.address), len(rows) + 1
        row = GatewayRow(
            address=address,
            priority=gateway.priority or place,
            weight=gateway.weight,
            member=f"trunk/{name}" if place == 1 else f"trunk/{name}/{place}",
            where=f"trunks.{name}.{key}",
        )
        rows.setdefault(address, row)  # a peer may be there with its port and without
    return tuple(sorted(rows.values(), key=lambda row: row.priority))


def _hosts(trunk: Trunk) -> dict[str, Gateway]:
    """The single addresses of the peers, by their places."""
    peers = {f"peers[{index}]": peer for index, peer in enumerate(trunk.peers)}
    return {key: Gateway(address=peer) for key, peer in peers.items() if is_one_host(parse_peer(peer))}
