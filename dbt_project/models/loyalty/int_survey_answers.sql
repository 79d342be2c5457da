-- Customers' survey answers, each valid for the period opens of the 365 days after it, until the next answer.
with customer_answers as (
    select
        keys.customer_key,
        answers.answered_at,
        answers.response_id,
        {{ local_date('answers.answered_at', 'offsets') }} as answered_on,
        case
            when answers.survey = 'csat' and answers.score >= 4 or answers.survey = 'nps' and answers.score >= 9 then 'satisfied'
            when answers.survey = 'csat' and answers.score <= 2 or answers.survey = 'nps' and answers.score <= 6 then 'dissatisfied'
            else 'neutral'
        end as satisfaction
    from {{ ref('stg_survey_responses') }} as answers
    inner join {{ ref('int_customer_keys') }} as keys
        on answers.business_id = keys.business_id and answers.customer_id = keys.customer_id
    inner join {{ ref('stg_businesses') }} as businesses on answers.business_id = businesses.business_id
    inner join {{ ref('int_utc_offsets') }} as offsets
        on businesses.timezone = offsets.timezone and cast(answers.answered_at as date) = offsets.utc_date
),

answers_with_next as (
    select
        *,
        lead(answered_on) over (partition by customer_key order by answered_at, {{ binary_collation('response_id') }}) as next_answered_on
    from customer_answers
)

-- At an open, the latest answer is one given by the day before; an answer given on the date of the open does not count.
select
    customer_key,
    satisfaction,
    {{ add_days('answered_on', 1) }} as opens_from,
    least({{ add_days('answered_on', answer_window_days()) }}, coalesce(next_answered_on, {{ add_days('answered_on', answer_window_days()) }})) as opens_to
from answers_with_next
where answered_on < coalesce(next_answered_on, {{ add_days('answered_on', 1) }})
