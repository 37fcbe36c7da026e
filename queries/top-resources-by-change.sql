-- Which resources change most?
--
-- $top (number, default: 20): how many are listed
--
-- account, region, resource_type, resource_id
-- changes: states captured at different times, over all recorders that show it
-- recorders: how many recorders show it
-- first_at, last_at: first and last of them
-- deletions: how many of them say that it was deleted
--
-- Limits: all times of the evidence, not the window alone. A state that a recorder never captured is none. Needs the
-- lake alone.
with states as (
    select
        account, region, resource_type, resource_id, captured_at,
        max(case when status = 'ResourceDeleted' or status = 'ResourceDeletedNotRecorded' then 1 else 0 end)
            as deleted
    from items
    where status <> 'ResourceNotRecorded'
    group by account, region, resource_type, resource_id, captured_at
),
shown as (
    select
        account, region, resource_type, resource_id,
        count(distinct recorder_account || ' ' || recorder_region) as recorders
    from items
    where status <> 'ResourceNotRecorded'
    group by account, region, resource_type, resource_id
),
counted as (
    select
        account, region, resource_type, resource_id,
        count(*) as changes,
        min(captured_at) as first_at,
        max(captured_at) as last_at,
        sum(deleted) as deletions
    from states
    group by account, region, resource_type, resource_id
)
select
    c.account,
    c.region,
    c.resource_type,
    c.resource_id,
    c.changes,
    s.recorders,
    c.first_at,
    c.last_at,
    c.deletions
from counted as c
join shown as s
    on s.account = c.account and s.region = c.region
    and s.resource_type = c.resource_type and s.resource_id = c.resource_id
order by c.changes desc, c.account, c.region, c.resource_type, c.resource_id
limit $top
