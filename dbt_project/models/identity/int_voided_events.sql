-- Events that never happened: a void counts whenever it arrives and whatever its date. A table, for an engine that knows how few
-- they are does not make a hash table of all events.
select distinct
    business_id,
    voids_event_id as event_id
from {{ ref('stg_events') }}
where kind = 'void'
