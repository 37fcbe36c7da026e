-- For how much of the time does evidence speak, place by place?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- account, region, source
-- covered_seconds, period_seconds: attested time, and all
-- covered_fraction: the one by the other
--
-- Limits: a snapshot or history file attests its recorder, a finding its account and region, for the longest gap
-- from its time on. Types that a recorder leaves out are not told of here: coverage.csv names them.
with lengths as (
    select account, region, source, sum(ends_epoch - starts_epoch) as microseconds
    from attested
    group by account, region, source
)
select
    a.account,
    a.region,
    a.source,
    cast(floor(coalesce(l.microseconds, 0) / 1000000) as bigint) as covered_seconds,
    cast(floor((p.until_epoch - p.from_epoch) / 1000000) as bigint) as period_seconds,
    cast(coalesce(l.microseconds, 0) as double) / cast(p.until_epoch - p.from_epoch as double) as covered_fraction
from places as a
cross join period as p
left join lengths as l on l.account = a.account and l.region = a.region and l.source = a.source
order by a.account, a.region, a.source
