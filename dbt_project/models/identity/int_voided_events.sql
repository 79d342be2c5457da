-- Voided events: a void counts whenever it arrives and whatever its date. Materialized as a table, because an engine that knows how few they are
-- does not build a hash table of all events.
select distinct
    business_id,
    voids_event_id as event_id
from {{ ref('stg_events') }}
where kind = 'void'
