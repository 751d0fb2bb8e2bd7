-- A version may come into force later than it was made, and be withdrawn until then. What was in force already
-- came into force when it was made: `valid_from` is null. A version itself is never changed.

alter table plan_version add column valid_from timestamptz;

create table plan_withdrawal (
    version integer primary key references plan_version,
    author text not null,
    reason text not null,
    made_at timestamptz not null default now()
);
