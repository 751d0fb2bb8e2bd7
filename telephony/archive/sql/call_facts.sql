-- name: facts_of_call
select type, version, stream, data from fact where node = $1 and stream = $2 order by position limit $3;
