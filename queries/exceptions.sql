-- What were the exceptions: who, from when to when, on which evidence?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- control, account, region, resource_type, resource_id, resource_arn
-- starts_at, ends_at: from when until when, cut to the period
-- began_before_window, ongoing: failing just before the period; at its last instant
-- duration_seconds: whole seconds inside the period
-- tests, sources: how many tests and sources say FAIL in it
-- suppressed: whether every finding in it that says FAIL is suppressed; false where there is none
-- opened_by: evidence of the observation that it rests on at its beginning, ledger id and record
-- closed_by: evidence of what ended it; empty while it goes on, and where the evidence ran out
--
-- Limits: counted again from observations. `explain` tells the story of one of them.
with failing as (
    select
        k.control, s.resource, s.stream, s.test, s.source, t.suppressed, t.starts_epoch, t.ends_epoch,
        t.evidence_id, t.record_number
    from statements as t
    join streams as s on s.stream = t.stream
    join control_tests as k on k.test = s.test
    where t.status = 'FAIL'
),
meeting as (
    select
        f.control, f.resource, f.began_epoch, g.stream, g.test, g.source, g.suppressed, g.starts_epoch,
        g.ends_epoch, g.evidence_id, g.record_number, f.ends_epoch as failure_ends, f.starts_epoch as failure_starts
    from failures as f
    join failing as g on g.control = f.control and g.resource = f.resource
),
said as (
    select
        control, resource, began_epoch,
        count(distinct test) as tests,
        count(distinct source) as sources,
        min(case when source <> 'securityhub' or suppressed then 1 else 0 end) as all_suppressed,
        max(case when source = 'securityhub' then 1 else 0 end) as any_finding
    from meeting
    where starts_epoch < failure_ends and ends_epoch > failure_starts
    group by control, resource, began_epoch
),
openings as (
    select
        control, resource, began_epoch,
        case
            when record_number = 0 then evidence_id
            else evidence_id || ':' || cast(record_number as varchar)
        end as evidence,
        row_number() over (
            partition by control, resource, began_epoch
            order by case when starts_epoch = began_epoch then 0 else 1 end, evidence_id, record_number
        ) as place
    from meeting
    where starts_epoch <= began_epoch and ends_epoch > began_epoch
),
opening as (
    select control, resource, began_epoch, evidence from openings where place = 1
),
next_words as (
    select
        m.control, m.resource, m.began_epoch,
        case
            when t.record_number = 0 then t.evidence_id
            else t.evidence_id || ':' || cast(t.record_number as varchar)
        end as evidence,
        row_number() over (
            partition by m.control, m.resource, m.began_epoch order by t.evidence_id, t.record_number
        ) as place
    from meeting as m
    join statements as t on t.stream = m.stream and t.starts_epoch = m.ends_epoch
    where m.ends_epoch = m.failure_ends
),
closing as (
    select control, resource, began_epoch, evidence from next_words where place = 1
),
absences as (
    select resource, starts_epoch, min(evidence) as evidence
    from existence
    where is_absent
    group by resource, starts_epoch
)
select
    f.control,
    r.account,
    r.region,
    r.resource_type,
    r.resource_id,
    r.resource_arn,
    f.starts_at,
    f.ends_at,
    f.began_before_window,
    f.ongoing,
    f.duration_seconds,
    s.tests,
    s.sources,
    s.all_suppressed = 1 and s.any_finding = 1 as suppressed,
    o.evidence as opened_by,
    case when f.ongoing then '' else coalesce(w.evidence, a.evidence, '') end as closed_by
from failures as f
join resources as r on r.resource = f.resource
join said as s on s.control = f.control and s.resource = f.resource and s.began_epoch = f.began_epoch
join opening as o on o.control = f.control and o.resource = f.resource and o.began_epoch = f.began_epoch
left join closing as w on w.control = f.control and w.resource = f.resource and w.began_epoch = f.began_epoch
left join absences as a on a.resource = f.resource and a.starts_epoch = f.ends_epoch
order by f.control, r.account, r.resource_type, r.resource_key, f.starts_at
