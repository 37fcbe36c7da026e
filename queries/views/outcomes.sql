-- What became of each subject of a control in the period.
--
-- control, resource: number in `resources`
-- account: whose it is
-- pass_microseconds, fail_microseconds, not_applicable_microseconds, no_evidence_microseconds,
-- absent_microseconds: time in each status; together they fill the period
-- exceptions: how many times it failed without a break
-- passing_at_end, failing_at_end: 1 where its status at the last instant is PASS, FAIL; else 0
-- result: failed, passed, not_applicable or not_tested
-- inventory_only: whether only the inventory shows it
with summed as (
    select
        t.control,
        t.resource,
        sum(case when t.status = 'PASS' then t.ends_epoch - t.starts_epoch else 0 end) as pass_microseconds,
        sum(case when t.status = 'FAIL' then t.ends_epoch - t.starts_epoch else 0 end) as fail_microseconds,
        sum(case when t.status = 'NOT_APPLICABLE' then t.ends_epoch - t.starts_epoch else 0 end)
            as not_applicable_microseconds,
        sum(case when t.status = 'NO_EVIDENCE' then t.ends_epoch - t.starts_epoch else 0 end)
            as no_evidence_microseconds,
        sum(case when t.status = 'ABSENT' then t.ends_epoch - t.starts_epoch else 0 end) as absent_microseconds,
        sum(case when t.status = 'FAIL' then 1 else 0 end) as exceptions,
        max(case when t.status = 'PASS' and t.ends_epoch = p.until_epoch then 1 else 0 end) as passing_at_end,
        max(case when t.status = 'FAIL' and t.ends_epoch = p.until_epoch then 1 else 0 end) as failing_at_end
    from timeline as t
    cross join period as p
    group by t.control, t.resource
)
select
    s.control, s.resource, r.account, s.pass_microseconds, s.fail_microseconds, s.not_applicable_microseconds,
    s.no_evidence_microseconds, s.absent_microseconds, s.exceptions, s.passing_at_end, s.failing_at_end,
    case
        when s.fail_microseconds > 0 then 'failed'
        when s.pass_microseconds > 0 then 'passed'
        when s.not_applicable_microseconds > 0 then 'not_applicable'
        else 'not_tested'
    end as result,
    r.resource_type <> 'AWS::::Account' and not n.is_spoken_of as inventory_only
from summed as s
join resources as r on r.resource = s.resource
join population as n on n.control = s.control and n.resource = s.resource
