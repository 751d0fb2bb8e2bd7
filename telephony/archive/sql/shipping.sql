-- name: place_of_node
insert into node (id) values ($1) on conflict (id) do update set shipped = node.shipped
returning shipped, entry_check;

-- name: move_place
update node set shipped = $3, entry_check = $4 where id = $1 and shipped = $2 returning shipped;

-- name: look_at_place
select shipped from node where id = $1;

-- name: store_entries
insert into fact (node, position, type, version, stream, at, data)
select $1, entry.first + nth - 1, fact->>'type', (fact->>'version')::integer, fact->>'stream',
    (fact->'data'->>'at')::timestamptz, fact->'data'
from unnest($2::text[]) as given (entry)
cross join lateral (select (given.entry::jsonb->>'p')::bigint as first, given.entry::jsonb->'facts' as facts) as entry
cross join lateral jsonb_array_elements(entry.facts) with ordinality as placed (fact, nth)
where entry.first + nth - 1 > $3
on conflict (node, position) do nothing;

-- name: facts_of_calls
-- And the steps of the clock since the first of them: of the stream `system`, no other type is in $3.
select position, type, version, stream, data from fact
where node = $1 and stream = any (array_append($2::text[], 'system')) and type = any ($3::text[])
    and position between (select min(position) from fact where node = $1 and stream = any ($2::text[])) and $4
order by position;

-- name: store_calls
insert into call select * from jsonb_populate_recordset(null::call, $1::jsonb)
on conflict (id) do update set
    arrived_at = excluded.arrived_at, -- a step of the clock moves it
    service_answered_at = excluded.service_answered_at,
    first_rang_at = excluded.first_rang_at,
    person_answered_at = excluded.person_answered_at,
    ended_at = excluded.ended_at,
    function = excluded.function,
    number = excluded.number,
    "group" = excluded."group",
    protected = excluded.protected,
    emergency = excluded.emergency,
    plan_version = excluded.plan_version,
    offered = excluded.offered,
    rang = excluded.rang,
    answered_by = excluded.answered_by,
    announcement = excluded.announcement,
    reasons = excluded.reasons,
    outcome = excluded.outcome,
    ended_by = excluded.ended_by,
    reason = excluded.reason,
    waiting_seconds = excluded.waiting_seconds,
    ringing_seconds = excluded.ringing_seconds,
    talk_seconds = excluded.talk_seconds,
    talks = excluded.talks;
