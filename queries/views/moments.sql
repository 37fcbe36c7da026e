-- What holds of each candidate of a control between any two moments at which something changes, from the first
-- that is known to the end of the period.
--
-- control, resource: number in `resources`
-- starts_at, starts_epoch, ends_at, ends_epoch: from when until when
-- status: ABSENT, FAIL, PASS, NOT_APPLICABLE or NO_EVIDENCE: the first of these that applies
-- is_said: whether some stream says anything of it but ENDED, while it is not absent
-- is_shown: whether the inventory shows it, while it is not absent
--
-- Limits: a row may say the same as the one before it; `timeline` joins them.
with said as (
    select c.control, c.resource, t.status, t.starts_at, t.starts_epoch, t.ends_at, t.ends_epoch
    from statements as t
    join streams as s on s.stream = t.stream
    join control_tests as k on k.test = s.test
    join candidates as c on c.control = k.control and c.resource = s.resource
),
existing as (
    select
        c.control, c.resource, e.starts_at, e.starts_epoch, e.ends_at, e.ends_epoch,
        case when e.is_absent then 1 else 0 end as absent,
        case when c.in_inventory and not e.is_absent then 1 else 0 end as shown
    from existence as e
    join candidates as c on c.resource = e.resource
),
changes as (
    select
        control, resource, starts_at as changes_at, starts_epoch as changes_epoch,
        0 as absent,
        case when status = 'FAIL' then 1 else 0 end as failing,
        case when status = 'PASS' then 1 else 0 end as passing,
        case when status = 'NOT_APPLICABLE' then 1 else 0 end as exempt,
        case when status <> 'ENDED' then 1 else 0 end as said,
        0 as shown
    from said
    union all
    select
        control, resource, ends_at as changes_at, ends_epoch as changes_epoch,
        0 as absent,
        case when status = 'FAIL' then -1 else 0 end as failing,
        case when status = 'PASS' then -1 else 0 end as passing,
        case when status = 'NOT_APPLICABLE' then -1 else 0 end as exempt,
        case when status <> 'ENDED' then -1 else 0 end as said,
        0 as shown
    from said
    union all
    select
        control, resource, starts_at as changes_at, starts_epoch as changes_epoch,
        absent, 0 as failing, 0 as passing, 0 as exempt, 0 as said, shown
    from existing
    union all
    select
        control, resource, ends_at as changes_at, ends_epoch as changes_epoch,
        0 - absent as absent, 0 as failing, 0 as passing, 0 as exempt, 0 as said, 0 - shown as shown
    from existing
    union all
    select
        c.control, c.resource, p.from_at as changes_at, p.from_epoch as changes_epoch,
        0 as absent, 0 as failing, 0 as passing, 0 as exempt, 0 as said, 0 as shown
    from candidates as c
    cross join period as p
    union all
    select
        c.control, c.resource, p.until_at as changes_at, p.until_epoch as changes_epoch,
        0 as absent, 0 as failing, 0 as passing, 0 as exempt, 0 as said, 0 as shown
    from candidates as c
    cross join period as p
),
at_once as (
    select
        control, resource, changes_at, changes_epoch,
        sum(absent) as absent, sum(failing) as failing, sum(passing) as passing,
        sum(exempt) as exempt, sum(said) as said, sum(shown) as shown
    from changes
    group by control, resource, changes_at, changes_epoch
),
standing as (
    select
        control, resource, changes_at as starts_at, changes_epoch as starts_epoch,
        lead(changes_at) over (partition by control, resource order by changes_epoch) as ends_at,
        lead(changes_epoch) over (partition by control, resource order by changes_epoch) as ends_epoch,
        sum(absent) over (
            partition by control, resource order by changes_epoch rows between unbounded preceding and current row
        ) as absent,
        sum(failing) over (
            partition by control, resource order by changes_epoch rows between unbounded preceding and current row
        ) as failing,
        sum(passing) over (
            partition by control, resource order by changes_epoch rows between unbounded preceding and current row
        ) as passing,
        sum(exempt) over (
            partition by control, resource order by changes_epoch rows between unbounded preceding and current row
        ) as exempt,
        sum(said) over (
            partition by control, resource order by changes_epoch rows between unbounded preceding and current row
        ) as said,
        sum(shown) over (
            partition by control, resource order by changes_epoch rows between unbounded preceding and current row
        ) as shown
    from at_once
)
select
    t.control,
    t.resource,
    t.starts_at,
    t.starts_epoch,
    t.ends_at,
    t.ends_epoch,
    case
        when t.absent > 0 then 'ABSENT'
        when t.failing > 0 then 'FAIL'
        when t.passing > 0 then 'PASS'
        when t.exempt > 0 then 'NOT_APPLICABLE'
        else 'NO_EVIDENCE'
    end as status,
    t.absent = 0 and t.said > 0 as is_said,
    t.absent = 0 and t.shown > 0 as is_shown
from standing as t
cross join period as p
where t.ends_epoch <= p.until_epoch
