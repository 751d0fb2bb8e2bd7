-- name: page_of_calls
select * from call
where ($1::timestamptz is null or arrived_at >= $1)
    and ($2::timestamptz is null or arrived_at < $2)
    and ($3::text is null or number = $3)
    and ($4::text is null or outcome = $4)
    and ($5::text is null or answered_by = $5)
    and ($6::text is null or caller = $6 and not hidden and (not protected or $7))
    and ($8::timestamptz is null or (arrived_at, id) < ($8, $9::text))
order by arrived_at desc, id desc
limit $10;

-- name: call
select * from call where id = $1;

-- name: counts
-- 112 and what is no number of the plan are in no count; nor is a call that has not ended.
select number,
    count(*) filter (where outcome <> 'closed') as offered,
    count(*) filter (where person_answered_at is not null) as answered,
    count(*) filter (where person_answered_at is not null and waiting_seconds <= $3) as answered_in_time,
    count(*) filter (where outcome = 'abandoned') as abandoned,
    count(*) filter (where outcome = 'abandoned' and waiting_seconds <= $3) as abandoned_short,
    count(*) filter (where outcome = 'no_answer') as no_answer,
    count(*) filter (where outcome = 'busy') as busy,
    count(*) filter (where outcome = 'nobody_there') as nobody_there,
    count(*) filter (where outcome = 'full') as full,
    count(*) filter (where outcome = 'callback') as callback,
    count(*) filter (where outcome = 'self_service') as self_service,
    count(*) filter (
        where outcome in ('failed', 'lost', 'interrupted') and person_answered_at is null
    ) as failed,
    count(*) filter (where outcome = 'closed') as closed,
    coalesce(sum(waiting_seconds) filter (where person_answered_at is not null), 0) as answer_seconds,
    coalesce(sum(talk_seconds), 0) as talk_seconds
from call
where arrived_at >= $1 and arrived_at < $2 and outcome is not null and number like '+%'
    and ($4::uuid is null or node = $4)
group by number
order by number;
