{{ counted_rows('int_transitions', 'transition_date') }}
