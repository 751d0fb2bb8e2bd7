-- The person whose phone called, also of the calls that are there already.

alter table call add column caller_member text not null default '';

update call set caller_member = coalesce(fact.data->>'member', '')
from fact where fact.node = call.node and fact.position = call.position;
