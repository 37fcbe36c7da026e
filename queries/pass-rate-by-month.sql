-- How did each control do, month by month?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- control, month
-- population: subjects that existed at some time of the month
-- tested, failed: with PASS or FAIL, with FAIL for some time of the month
-- pass_rate: share of the tested that never failed in the month; null where nothing was tested
-- time_weighted_pass_rate: time in PASS / time in PASS or FAIL, of the month
-- failing_at_end: failing at the last instant of the month
--
-- Limits: months at the ends of the period count with their days inside it. A failure that goes over from one
-- month to the next counts in both. What may belong to a control was decided for the whole window, so an assessment
-- of one month alone may have another population (buckets that trails deliver to).
with months as (
    select
        d.month,
        min(d.starts_epoch) as month_from,
        max(d.ends_epoch) as month_until
    from days as d
    cross join period as p
    where d.starts_epoch >= p.from_epoch and d.ends_epoch <= p.until_epoch
    group by d.month
),
parts as (
    select
        m.control, m.resource, n.month, m.status, m.is_said, m.is_shown, c.is_account,
        least(m.ends_epoch, n.month_until) - greatest(m.starts_epoch, n.month_from) as microseconds,
        m.ends_epoch >= n.month_until as at_end
    from moments as m
    join candidates as c on c.control = m.control and c.resource = m.resource
    cross join months as n
    where m.starts_epoch < n.month_until and m.ends_epoch > n.month_from
),
subjects_of_months as (
    select
        control, resource, month,
        max(case when is_said or is_shown or is_account then 1 else 0 end) as is_in_population,
        sum(case when status = 'PASS' then microseconds else 0 end) as passing,
        sum(case when status = 'FAIL' then microseconds else 0 end) as failing,
        max(case when status = 'FAIL' and at_end then 1 else 0 end) as failing_at_end
    from parts
    group by control, resource, month
)
select
    control,
    month,
    count(*) as population,
    sum(case when passing + failing > 0 then 1 else 0 end) as tested,
    sum(case when failing > 0 then 1 else 0 end) as failed,
    sum(case when passing > 0 and failing = 0 then 1.0 else 0.0 end)
    / nullif(sum(case when passing + failing > 0 then 1.0 else 0.0 end), 0.0) as pass_rate,
    (
        cast(sum(cast(floor(passing / 1000000) as bigint)) as double) * 1000000.0
        + cast(sum(passing % 1000000) as double)
    ) / nullif(
        cast(sum(cast(floor(passing / 1000000) as bigint)) as double) * 1000000.0
        + cast(sum(passing % 1000000) as double)
        + cast(sum(cast(floor(failing / 1000000) as bigint)) as double) * 1000000.0
        + cast(sum(failing % 1000000) as double),
        0.0
    ) as time_weighted_pass_rate,
    sum(failing_at_end) as failing_at_end
from subjects_of_months
where is_in_population = 1
group by control, month
order by control, month
