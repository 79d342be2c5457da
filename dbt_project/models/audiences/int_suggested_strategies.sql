-- The strategy that brought back the most among people of a state, of those that were tried on enough of them and surely did something.
select business_id, target_state, strategy
from (
    select
        performance.business_id,
        performance.target_state,
        performance.strategy,
        row_number() over (partition by performance.business_id, performance.target_state order by performance.lift desc, {{ in_bytes('performance.strategy') }}) as place
    from {{ ref('fct_strategy_performance') }} as performance
    inner join {{ ref('int_strategy_comparisons') }} as compared
        on
            performance.business_id = compared.business_id
            and performance.strategy = compared.strategy
            and performance.target_state = compared.target_state
    where performance.strategy <> '(none)' and performance.arm = 'treatment' and performance.lift_low > 0 and compared.observed >= 100 and compared.control_observed >= 100
) as strategies
where place = 1
