{{ config(schema='winback', tags=['public']) }}
{{ nothing(['business_id', 'column_name', 'value'], ['rows'], ['first_seen_on', 'last_seen_on']) }}
