-- The journals of all nodes, and the call log that is folded from them.

create table node (
    id uuid primary key,
    shipped bigint not null default 0 -- up to here its facts are in `fact`, or in its dead-letter segment
);

create table fact (
    node uuid not null,
    position bigint not null,
    type text not null,
    version integer not null,
    stream text not null,
    at timestamptz not null,
    data jsonb not null,
    primary key (node, position)
);

create index fact_stream on fact (node, stream, position);

-- One row a call, as telephony.call.record.Record has it, and where it began.
create table call (
    id text primary key,
    node uuid not null,
    position bigint not null,
    arrived_at timestamptz not null,
    service_answered_at timestamptz,
    first_rang_at timestamptz,
    person_answered_at timestamptz,
    ended_at timestamptz,
    origin text not null,
    origin_name text not null,
    caller text,
    hidden boolean not null,
    dialled text not null,
    sip_call_id text not null,
    function text not null,
    number text not null,
    "group" text not null,
    protected boolean not null,
    emergency boolean not null,
    plan_version integer not null,
    offered text[] not null,
    rang text[] not null,
    answered_by text not null,
    announcement text not null,
    reasons text[] not null,
    outcome text,
    ended_by text,
    reason text not null,
    waiting_seconds double precision,
    ringing_seconds double precision,
    talk_seconds double precision
);

-- Each order that pages are asked in, by what they can be narrowed to.
create index call_arrival on call (arrived_at, id);
create index call_number on call (number, arrived_at, id);
create index call_caller on call (caller, arrived_at, id) where caller is not null;
create index call_answered_by on call (answered_by, arrived_at, id) where answered_by <> '';
create index call_outcome on call (outcome, arrived_at, id);
