{{ config(schema='winback', tags=['public']) }}
{{ nothing(['business_id', 'landing_table', 'column_name', 'reason']) }}
