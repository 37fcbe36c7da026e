-- Which resources failed a control again and again?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
-- $at_least (number, default: 2): how many exceptions make an offender
--
-- control, account, region, resource_type, resource_id, resource_arn
-- exceptions: how many times it failed without a break
-- failing_seconds: how long in all
-- first_at, last_at: when the first began, and the last ended, inside the period
--
-- Limits: a resource that was deleted and made again under its ARN is one; two resources made one after the other
-- by the same hand are two.
select
    f.control,
    r.account,
    r.region,
    r.resource_type,
    r.resource_id,
    r.resource_arn,
    count(*) as exceptions,
    sum(f.duration_seconds) as failing_seconds,
    min(f.starts_at) as first_at,
    max(f.ends_at) as last_at
from failures as f
join resources as r on r.resource = f.resource
group by f.control, r.account, r.region, r.resource_type, r.resource_id, r.resource_arn, r.resource_key
having count(*) >= $at_least
order by exceptions desc, f.control, r.account, r.resource_type, r.resource_key
