{{ rows_before('int_transitions') }}
