-- Where do two sources differ about one resource and test, for how long?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- control, test, account, region, resource_type, resource_id, resource_arn
-- first_source, first_status, second_source, second_status: who says what
-- starts_at, ends_at: from when until when, cut to the period
-- duration_seconds: whole seconds
-- run_seconds: length of all differences that follow each other without a break, this one among them
--
-- Limits: differences that all together last no longer than the tolerance of the assessment are not listed.
-- Words that mean the same are no difference. The assessment names known reasons.
with said as (
    select
        k.control, s.test, s.resource, s.source, t.status, t.starts_at, t.starts_epoch, t.ends_at, t.ends_epoch
    from statements as t
    join streams as s on s.stream = t.stream
    join control_tests as k on k.test = s.test
    join population as n on n.control = k.control and n.resource = s.resource
),
speakers as (
    select distinct control, test, resource, source from said
),
changes as (
    select
        control, test, resource, source, starts_at as changes_at, starts_epoch as changes_epoch, 0 as absent,
        case when status = 'FAIL' then 1 else 0 end as failing,
        case when status = 'PASS' then 1 else 0 end as passing,
        case when status = 'NOT_APPLICABLE' then 1 else 0 end as exempt
    from said
    union all
    select
        control, test, resource, source, ends_at as changes_at, ends_epoch as changes_epoch, 0 as absent,
        case when status = 'FAIL' then -1 else 0 end as failing,
        case when status = 'PASS' then -1 else 0 end as passing,
        case when status = 'NOT_APPLICABLE' then -1 else 0 end as exempt
    from said
    union all
    select
        p.control, p.test, p.resource, p.source, e.starts_at as changes_at, e.starts_epoch as changes_epoch,
        1 as absent, 0 as failing, 0 as passing, 0 as exempt
    from speakers as p
    join existence as e on e.resource = p.resource
    where e.is_absent
    union all
    select
        p.control, p.test, p.resource, p.source, e.ends_at as changes_at, e.ends_epoch as changes_epoch,
        -1 as absent, 0 as failing, 0 as passing, 0 as exempt
    from speakers as p
    join existence as e on e.resource = p.resource
    where e.is_absent
),
at_once as (
    select
        control, test, resource, source, changes_at, changes_epoch,
        sum(absent) as absent, sum(failing) as failing, sum(passing) as passing, sum(exempt) as exempt
    from changes
    group by control, test, resource, source, changes_at, changes_epoch
),
standing as (
    select
        control, test, resource, source, changes_at as starts_at, changes_epoch as starts_epoch,
        lead(changes_at) over (partition by control, test, resource, source order by changes_epoch) as ends_at,
        lead(changes_epoch) over (partition by control, test, resource, source order by changes_epoch) as ends_epoch,
        sum(absent) over (
            partition by control, test, resource, source order by changes_epoch
            rows between unbounded preceding and current row
        ) as absent,
        sum(failing) over (
            partition by control, test, resource, source order by changes_epoch
            rows between unbounded preceding and current row
        ) as failing,
        sum(passing) over (
            partition by control, test, resource, source order by changes_epoch
            rows between unbounded preceding and current row
        ) as passing,
        sum(exempt) over (
            partition by control, test, resource, source order by changes_epoch
            rows between unbounded preceding and current row
        ) as exempt
    from at_once
),
spoken as (
    select
        t.control, t.test, t.resource, t.source,
        greatest(t.starts_at, p.from_at) as starts_at,
        greatest(t.starts_epoch, p.from_epoch) as starts_epoch,
        least(t.ends_at, p.until_at) as ends_at,
        least(t.ends_epoch, p.until_epoch) as ends_epoch,
        case when t.failing > 0 then 'FAIL' when t.passing > 0 then 'PASS' else 'NOT_APPLICABLE' end as status,
        case when t.source = 'config' then 1 when t.source = 'securityhub' then 2 else 3 end as place
    from standing as t
    cross join period as p
    where t.absent = 0
        and t.failing + t.passing + t.exempt > 0
        and t.starts_epoch < p.until_epoch
        and t.ends_epoch > p.from_epoch
),
pieces as (
    select
        a.control, a.test, a.resource,
        a.source as first_source, a.status as first_status, b.source as second_source, b.status as second_status,
        a.place as first_place, b.place as second_place,
        greatest(a.starts_at, b.starts_at) as starts_at,
        greatest(a.starts_epoch, b.starts_epoch) as starts_epoch,
        least(a.ends_at, b.ends_at) as ends_at,
        least(a.ends_epoch, b.ends_epoch) as ends_epoch
    from spoken as a
    join spoken as b on b.control = a.control and b.test = a.test and b.resource = a.resource
    left join agreed_words as w
        on w.test = a.test
        and w.first_source = a.source and w.first_status = a.status
        and w.second_source = b.source and w.second_status = b.status
    where w.test is null
        and a.place < b.place
        and a.status <> b.status
        and a.starts_epoch < b.ends_epoch
        and b.starts_epoch < a.ends_epoch
),
compared as (
    select
        control, test, resource, first_source, first_status, second_source, second_status, first_place,
        second_place, starts_at, starts_epoch, ends_at, ends_epoch,
        lag(ends_epoch) over (
            partition by control, test, resource, first_place, second_place order by starts_epoch
        ) as ended_before,
        lag(first_status) over (
            partition by control, test, resource, first_place, second_place order by starts_epoch
        ) as first_before,
        lag(second_status) over (
            partition by control, test, resource, first_place, second_place order by starts_epoch
        ) as second_before
    from pieces
),
numbered as (
    select
        control, test, resource, first_source, first_status, second_source, second_status, first_place,
        second_place, starts_at, starts_epoch, ends_at, ends_epoch,
        sum(case when ended_before = starts_epoch then 0 else 1 end) over (
            partition by control, test, resource, first_place, second_place order by starts_epoch
            rows between unbounded preceding and current row
        ) as run,
        sum(
            case
                when ended_before = starts_epoch and first_before = first_status and second_before = second_status
                then 0
                else 1
            end
        ) over (
            partition by control, test, resource, first_place, second_place order by starts_epoch
            rows between unbounded preceding and current row
        ) as part
    from compared
),
joined as (
    select
        control, test, resource, first_source, first_status, second_source, second_status, first_place,
        second_place, run, part,
        min(starts_at) as starts_at, min(starts_epoch) as starts_epoch,
        max(ends_at) as ends_at, max(ends_epoch) as ends_epoch
    from numbered
    group by
        control, test, resource, first_source, first_status, second_source, second_status, first_place,
        second_place, run, part
),
runs as (
    select
        control, test, resource, first_place, second_place, run,
        max(ends_epoch) - min(starts_epoch) as microseconds
    from joined
    group by control, test, resource, first_place, second_place, run
)
select
    j.control,
    j.test,
    r.account,
    r.region,
    r.resource_type,
    r.resource_id,
    r.resource_arn,
    j.first_source,
    j.first_status,
    j.second_source,
    j.second_status,
    j.starts_at,
    j.ends_at,
    cast(floor((j.ends_epoch - j.starts_epoch) / 1000000) as bigint) as duration_seconds,
    cast(floor(u.microseconds / 1000000) as bigint) as run_seconds
from joined as j
join runs as u
    on u.control = j.control and u.test = j.test and u.resource = j.resource
    and u.first_place = j.first_place and u.second_place = j.second_place and u.run = j.run
join resources as r on r.resource = j.resource
cross join settings as s
where u.microseconds > s.lag_tolerance_microseconds
order by j.control, j.test, r.account, r.resource_type, r.resource_key, j.starts_at, j.first_place, j.second_place
