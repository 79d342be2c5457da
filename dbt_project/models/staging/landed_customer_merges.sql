{{ config(post_hook="{{ add_malformed_lines() }}") }}
{{ landed_rows('customer_merges') }}
