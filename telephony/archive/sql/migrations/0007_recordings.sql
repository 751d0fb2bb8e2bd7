-- Recordings of prompts, by name: the newest of each. Where one was removed its row stays, without sound, so
-- that a node which has it on its disk learns that it is gone. Who did what is in the journal.

create table recording (
    name text primary key,
    digest text not null,
    seconds double precision not null,
    author text not null,
    made_at timestamptz not null,
    sound bytea
);
