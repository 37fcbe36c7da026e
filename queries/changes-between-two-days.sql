-- What changed between the end of one day and the end of another?
--
-- $first (default: first day of the window): the earlier day
-- $second (default: last day of the window): the later day
--
-- control, account, region, resource_type, resource_id, resource_arn
-- status_first, status_second: status at the last instant of each day
--
-- Limits: only what differs is listed: what changed and changed back is not.
with at_first as (
    select t.control, t.resource, t.status
    from timeline as t
    cross join days as d
    where d.day = $first and t.starts_epoch < d.ends_epoch and t.ends_epoch >= d.ends_epoch
),
at_second as (
    select t.control, t.resource, t.status
    from timeline as t
    cross join days as d
    where d.day = $second and t.starts_epoch < d.ends_epoch and t.ends_epoch >= d.ends_epoch
)
select
    a.control,
    r.account,
    r.region,
    r.resource_type,
    r.resource_id,
    r.resource_arn,
    a.status as status_first,
    b.status as status_second
from at_first as a
join at_second as b on b.control = a.control and b.resource = a.resource
join resources as r on r.resource = a.resource
where a.status <> b.status
order by a.control, r.account, r.resource_type, r.resource_key
