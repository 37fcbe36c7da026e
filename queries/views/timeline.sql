-- The status of each subject of a control over the period, which its rows fill.
--
-- control, resource: number in `resources`
-- status: ABSENT, FAIL, PASS, NOT_APPLICABLE or NO_EVIDENCE
-- starts_at, starts_epoch, ends_at, ends_epoch: from when until when, cut to the period
-- began_before: whether it held just before the period
-- began_at, began_epoch: when it began, be it before the period
--
-- Limits: what began before anything was known began with the period.
with compared as (
    select
        m.control, m.resource, m.status, m.starts_at, m.starts_epoch,
        lag(m.status) over (partition by m.control, m.resource order by m.starts_epoch) as status_before
    from moments as m
    join population as n on n.control = m.control and n.resource = m.resource
),
begun as (
    select control, resource, status, starts_at, starts_epoch
    from compared
    where status_before is null or status <> status_before
),
followed as (
    select
        control, resource, status, starts_at, starts_epoch,
        lead(starts_at) over (partition by control, resource order by starts_epoch) as next_at,
        lead(starts_epoch) over (partition by control, resource order by starts_epoch) as next_epoch
    from begun
)
select
    f.control,
    f.resource,
    f.status,
    greatest(f.starts_at, p.from_at) as starts_at,
    greatest(f.starts_epoch, p.from_epoch) as starts_epoch,
    coalesce(f.next_at, p.until_at) as ends_at,
    coalesce(f.next_epoch, p.until_epoch) as ends_epoch,
    f.starts_epoch < p.from_epoch as began_before,
    f.starts_at as began_at,
    f.starts_epoch as began_epoch
from followed as f
cross join period as p
where coalesce(f.next_epoch, p.until_epoch) > p.from_epoch
