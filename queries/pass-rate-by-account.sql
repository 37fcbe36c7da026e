-- What share passed, account by account?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- control, account
-- population: subjects that existed at some time
-- tested, not_applicable, not_tested: with PASS or FAIL for some time; with neither, and NOT_APPLICABLE; the rest
-- failed, passed: tested, with and without FAIL for some time
-- pass_rate: passed / tested; null where nothing was tested
-- passing_at_end, failing_at_end, pass_rate_at_end: the same for the last instant
-- time_weighted_pass_rate: time in PASS / time in PASS or FAIL
-- exceptions: how many times a subject failed without a break
--
-- Limits: counted again from observations, and equal to the figures of the assessment where the whole window is
-- asked about. A rate says nothing of time without evidence: see coverage and never-evaluated.
select
    control,
    account,
    count(*) as population,
    sum(case when result = 'passed' or result = 'failed' then 1 else 0 end) as tested,
    sum(case when result = 'not_applicable' then 1 else 0 end) as not_applicable,
    sum(case when result = 'not_tested' then 1 else 0 end) as not_tested,
    sum(case when result = 'failed' then 1 else 0 end) as failed,
    sum(case when result = 'passed' then 1 else 0 end) as passed,
    sum(case when result = 'passed' then 1.0 else 0.0 end)
    / nullif(sum(case when result = 'passed' or result = 'failed' then 1.0 else 0.0 end), 0.0) as pass_rate,
    sum(passing_at_end) as passing_at_end,
    sum(failing_at_end) as failing_at_end,
    cast(sum(passing_at_end) as double)
    / nullif(cast(sum(passing_at_end + failing_at_end) as double), 0.0) as pass_rate_at_end,
    (
        cast(sum(cast(floor(pass_microseconds / 1000000) as bigint)) as double) * 1000000.0
        + cast(sum(pass_microseconds % 1000000) as double)
    ) / nullif(
        cast(sum(cast(floor(pass_microseconds / 1000000) as bigint)) as double) * 1000000.0
        + cast(sum(pass_microseconds % 1000000) as double)
        + cast(sum(cast(floor(fail_microseconds / 1000000) as bigint)) as double) * 1000000.0
        + cast(sum(fail_microseconds % 1000000) as double),
        0.0
    ) as time_weighted_pass_rate,
    sum(exceptions) as exceptions
from outcomes
group by control, account
order by control, account
