-- name: decisions_of_call
select type, version, stream, data from fact
where node = $1 and stream = $2 and type = any($3)
order by position
limit $4;
