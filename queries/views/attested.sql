-- When each place whose coverage counts is attested, with the time taken off in which its recorder was off.
--
-- account, region, source
-- starts_epoch, ends_epoch: from when until when, cut to the period
with places_of_period as (
    select a.account, a.region, a.source, p.from_epoch, p.until_epoch
    from places as a
    cross join period as p
),
inside as (
    select
        a.account, a.region, a.source,
        greatest(t.starts_epoch, a.from_epoch) as starts_epoch,
        least(t.ends_epoch, a.until_epoch) as ends_epoch
    from places_of_period as a
    join attestations as t on t.account = a.account and t.region = a.region and t.source = a.source
    where t.starts_epoch < a.until_epoch and t.ends_epoch > a.from_epoch
),
interrupted as (
    select
        i.account, i.region, i.source, i.starts_epoch, i.ends_epoch,
        greatest(o.starts_epoch, i.starts_epoch) as off_epoch,
        least(o.ends_epoch, i.ends_epoch) as on_epoch
    from inside as i
    join interruptions as o on o.account = i.account and o.region = i.region
    where i.source = 'config' and o.starts_epoch < i.ends_epoch and o.ends_epoch > i.starts_epoch
),
edges as (
    select account, region, source, starts_epoch as at_epoch, 1 as attested, 0 as off from inside
    union all
    select account, region, source, ends_epoch as at_epoch, -1 as attested, 0 as off from inside
    union all
    select account, region, source, off_epoch as at_epoch, 0 as attested, 1 as off from interrupted
    union all
    select account, region, source, on_epoch as at_epoch, 0 as attested, -1 as off from interrupted
),
at_once as (
    select account, region, source, at_epoch, sum(attested) as attested, sum(off) as off
    from edges
    group by account, region, source, at_epoch
),
standing as (
    select
        account, region, source, at_epoch as starts_epoch,
        lead(at_epoch) over (partition by account, region, source order by at_epoch) as ends_epoch,
        sum(attested) over (
            partition by account, region, source order by at_epoch
            rows between unbounded preceding and current row
        ) as attested,
        sum(off) over (
            partition by account, region, source order by at_epoch
            rows between unbounded preceding and current row
        ) as off
    from at_once
)
select account, region, source, starts_epoch, ends_epoch
from standing
where attested > 0 and off = 0 and ends_epoch is not null
