-- On which days is a place not covered whole?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- day, account, region, source
-- covered_seconds: attested time of the day
-- covered_fraction: of the day
--
-- Limits: days that are covered whole are not listed. See coverage.
with parts as (
    select
        d.day, t.account, t.region, t.source,
        least(t.ends_epoch, d.ends_epoch) - greatest(t.starts_epoch, d.starts_epoch) as microseconds
    from attested as t
    cross join days as d
    where t.starts_epoch < d.ends_epoch and t.ends_epoch > d.starts_epoch
),
lengths as (
    select day, account, region, source, sum(microseconds) as microseconds
    from parts
    group by day, account, region, source
),
asked as (
    select d.day, d.ends_epoch - d.starts_epoch as length, a.account, a.region, a.source
    from places as a
    cross join days as d
    cross join period as p
    where d.starts_epoch >= p.from_epoch and d.ends_epoch <= p.until_epoch
)
select
    a.day,
    a.account,
    a.region,
    a.source,
    cast(floor(coalesce(l.microseconds, 0) / 1000000) as bigint) as covered_seconds,
    cast(coalesce(l.microseconds, 0) as double) / cast(a.length as double) as covered_fraction
from asked as a
left join lengths as l
    on l.day = a.day and l.account = a.account and l.region = a.region and l.source = a.source
where coalesce(l.microseconds, 0) < a.length
order by a.day, a.account, a.region, a.source
