{{ config(schema='winback', tags=['public']) }}
{{ nothing(['business_id', 'landing_table', 'row_id', 'column_name', 'reason']) }}
