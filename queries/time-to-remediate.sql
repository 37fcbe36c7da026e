-- How long did it take until a failure was put right?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- control
-- remediated: failures that ended in the period with PASS or NOT_APPLICABLE
-- fastest_seconds, median_seconds, mean_seconds, slowest_seconds: from the beginning, be it before the period, to
-- that end
-- removed: failures that ended because the resource was deleted
-- lost_from_sight: failures after which nothing more is known
-- open: failures that go on at the end of the period
--
-- Limits: evidence says when something was seen, not when it was done. A failure that was there when evidence
-- began is counted from then, so its true length is greater.
with ended as (
    select
        f.control,
        f.ongoing,
        t.status as next_status,
        cast(floor((f.ends_epoch - f.began_epoch) / 1000000) as bigint) as seconds
    from failures as f
    left join timeline as t
        on t.control = f.control and t.resource = f.resource and t.starts_epoch = f.ends_epoch
),
judged as (
    select
        control, ongoing, next_status, seconds,
        case
            when not ongoing and (next_status = 'PASS' or next_status = 'NOT_APPLICABLE') then seconds
        end as remediated_after
    from ended
)
select
    control,
    count(remediated_after) as remediated,
    min(remediated_after) as fastest_seconds,
    cast(floor(median(remediated_after)) as bigint) as median_seconds,
    cast(floor(avg(remediated_after)) as bigint) as mean_seconds,
    max(remediated_after) as slowest_seconds,
    sum(case when not ongoing and next_status = 'ABSENT' then 1 else 0 end) as removed,
    sum(case when not ongoing and next_status = 'NO_EVIDENCE' then 1 else 0 end) as lost_from_sight,
    sum(case when ongoing then 1 else 0 end) as open
from judged
group by control
order by control
