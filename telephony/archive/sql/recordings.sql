-- name: lock_recordings
lock table recording in exclusive mode;

-- name: heads
select name, digest, seconds, author, made_at from recording order by name;

-- name: sound
select name, digest, seconds, author, made_at, sound from recording where name = $1 and sound is not null;

-- name: others
select count(*) as recordings, coalesce(sum(seconds), 0) as seconds
from recording where sound is not null and name <> $1;

-- name: forget_removed
delete from recording where sound is null and made_at < $1;

-- name: put
insert into recording (name, digest, seconds, author, made_at, sound) values ($1, $2, $3, $4, $5, $6)
on conflict (name) do update
set digest = excluded.digest, seconds = excluded.seconds, author = excluded.author,
    made_at = excluded.made_at, sound = excluded.sound;

-- name: add_missing
insert into recording (name, digest, seconds, author, made_at, sound) values ($1, $2, $3, $4, $5, $6)
on conflict (name) do nothing;
