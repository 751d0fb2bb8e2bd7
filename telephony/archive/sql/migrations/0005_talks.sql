-- Whom the caller talked with, one after the other: [{member, started_at, ended_at}], in a call that was
-- transferred several. What is there already was not.

alter table call add column talks jsonb not null default '[]';

update call set talks = jsonb_build_array(jsonb_build_object(
    'member', answered_by, 'started_at', person_answered_at, 'ended_at', ended_at))
where person_answered_at is not null;
