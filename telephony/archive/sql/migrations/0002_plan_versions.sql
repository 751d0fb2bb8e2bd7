-- Every plan that was ever in force, numbered. `document` keeps the order of the plan, so it is text.

create table plan_version (
    version integer primary key,
    digest text not null,
    author text not null,
    reason text not null,
    made_at timestamptz not null default now(),
    document text not null,
    source text not null
);
