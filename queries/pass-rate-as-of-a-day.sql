-- What share passed at the end of one day?
--
-- $day (default: last day of the window): the day
--
-- control
-- passing, failing: subjects whose status at the day's last instant is PASS, FAIL
-- not_applicable, no_evidence: with the other statuses of those that exist
-- absent: subjects that do not exist then
-- pass_rate: passing / (passing + failing); null where both are 0
--
-- Limits: a day of the window. Subjects are those of the population of the whole window.
with at_end as (
    select t.control, t.status
    from timeline as t
    cross join days as d
    where d.day = $day and t.starts_epoch < d.ends_epoch and t.ends_epoch >= d.ends_epoch
)
select
    control,
    sum(case when status = 'PASS' then 1 else 0 end) as passing,
    sum(case when status = 'FAIL' then 1 else 0 end) as failing,
    sum(case when status = 'NOT_APPLICABLE' then 1 else 0 end) as not_applicable,
    sum(case when status = 'NO_EVIDENCE' then 1 else 0 end) as no_evidence,
    sum(case when status = 'ABSENT' then 1 else 0 end) as absent,
    sum(case when status = 'PASS' then 1.0 else 0.0 end)
    / nullif(sum(case when status = 'PASS' or status = 'FAIL' then 1.0 else 0.0 end), 0.0) as pass_rate
from at_end
group by control
order by control
