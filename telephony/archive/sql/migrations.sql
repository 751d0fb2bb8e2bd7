-- name: server_version
select current_setting('server_version_num')::integer;

-- name: lock_migrations
select pg_advisory_xact_lock($1);

-- name: has_migration_table
select to_regclass('migration') is not null;

-- name: make_migration_table
create table migration (
    number integer primary key,
    name text not null,
    applied_at timestamptz not null default now()
);

-- name: newest_migration
select coalesce(max(number), 0) from migration;

-- name: lift_time_limit
set local statement_timeout = 0;

-- name: note_migration
insert into migration (number, name) values ($1, $2);
