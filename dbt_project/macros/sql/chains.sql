{# Each merge with the last merge of its chain, found by doubling: step k knows, for each link, the link 2^k further on, so 30 steps reach beyond the
   end of any chain. `merges` has business_id, from_customer_id (unique in a business) and into_customer_id. A chain that never ends stops at a link
   of a cycle, and every link of a cycle is such a stop. #}
{% macro followed_merges(merges) -%}
with links {{ materialized() }} (
    select
        business_id,
        from_customer_id,
        into_customer_id,
        row_number() over (order by business_id, from_customer_id) as link
    from {{ merges }}
),

step_0 {{ materialized() }} (
    select
        links.link,
        coalesce(onward.link, links.link) as next_link,
        onward.link is null as is_last
    from links
    left join links as onward
        on links.business_id = onward.business_id and links.into_customer_id = onward.from_customer_id
),

{% for k in range(1, 31) -%}
step_{{ k }} {{ materialized() }} (
    {{ twice_as_far('step_' ~ (k - 1)) }}
),

{% endfor -%}
chain_ends as (
    select step_30.link, step_30.next_link as last_link, step_0.is_last
    from step_30
    inner join step_0 on step_30.next_link = step_0.link
)

select
    links.business_id,
    links.from_customer_id,
    last_links.from_customer_id as last_from_customer_id,
    last_links.into_customer_id as last_into_customer_id,
    not chain_ends.is_last as never_ends
from chain_ends
inner join links on chain_ends.link = links.link
inner join links as last_links on chain_ends.last_link = last_links.link
{%- endmacro %}

{% macro twice_as_far(step) %}{{ return(adapter.dispatch('twice_as_far', 'winback')(step)) }}{% endmacro %}
{% macro default__twice_as_far(step) -%}
    select near.link, far.next_link
    from {{ step }} as near
    inner join {{ step }} as far on near.next_link = far.link
{%- endmacro %}

{# Spark recomputes a CTE for each reference, so two references in each of 30 steps would never finish. Here each step is referenced once: each link
   sends a question to its next link, and the next link answers all questions that it receives. #}
{% macro spark__twice_as_far(step) -%}
    select link, next_link
    from (
        select link, asks, max(case when not asks then next_link end) over (partition by case when asks then next_link else link end) as next_link
        from (select link, next_link, asks from {{ step }} lateral view explode(array(true, false)) spine as asks) as links_twice
    ) as answered
    where asks
{%- endmacro %}
