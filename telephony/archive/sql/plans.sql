-- name: lock_plans
lock table plan_version in exclusive mode;

-- name: last_number
select coalesce(max(version), 0) from plan_version;

-- name: newest_number
select coalesce(max(version), 0) from plan_version
where version not in (select version from plan_withdrawal);

-- name: add_version
insert into plan_version (version, digest, author, reason, document, source, valid_from)
values ($1, $2, $3, $4, $5, $6, $7)
returning *;

-- name: withdraw
insert into plan_withdrawal (version, author, reason) values ($1, $2, $3);

-- name: in_force
select * from plan_version
where (valid_from is null or valid_from <= $1) and version not in (select version from plan_withdrawal)
order by version desc limit 1;

-- name: newest
select version, digest, author, reason, made_at, valid_from from plan_version
where version not in (select version from plan_withdrawal)
order by version desc limit 1;

-- name: version
select * from plan_version where version = $1;

-- name: heads
select p.version, p.digest, p.author, p.reason, p.made_at, p.valid_from,
    w.author as withdrawn_by, w.reason as withdrawn_because, w.made_at as withdrawn_at
from plan_version p left join plan_withdrawal w using (version)
where ($1::integer is null or p.version < $1)
order by p.version desc
limit $2;

-- name: entry
select p.version, p.digest, p.author, p.reason, p.made_at, p.valid_from,
    w.author as withdrawn_by, w.reason as withdrawn_because, w.made_at as withdrawn_at
from plan_version p left join plan_withdrawal w using (version)
where p.version = $1;
