-- name: lock_plans
lock table plan_version in exclusive mode;

-- name: newest_number
select coalesce(max(version), 0) from plan_version;

-- name: add_version
insert into plan_version (version, digest, author, reason, document, source)
values ($1, $2, $3, $4, $5, $6)
returning *;

-- name: newest_version
select * from plan_version order by version desc limit 1;

-- name: version
select * from plan_version where version = $1;

-- name: heads
select version, digest, author, reason, made_at from plan_version
where $1::integer is null or version < $1
order by version desc
limit $2;
