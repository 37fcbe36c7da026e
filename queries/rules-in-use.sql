-- Which Config rules speak in the evidence, and which tests and controls do they stand for?
--
-- rule_name
-- test: the test that it stands for; empty where none answers for it
-- matched_by: identifier (its description says so), name or alias; empty where it was not matched
-- controls: how many controls assessed have this test
-- accounts, regions: in how many accounts it ran, and in how many different regions
-- evaluations: rows that it has in the lake
-- non_compliant: how many of them say NON_COMPLIANT
--
-- Limits: a rule that is deployed and never said anything is not listed; `rules` has those that are described.
with spoken as (
    select
        recorder_account, recorder_region, rule_name,
        count(*) as evaluations,
        sum(case when compliance = 'NON_COMPLIANT' then 1 else 0 end) as non_compliant
    from evaluations
    where rule_name <> ''
    group by recorder_account, recorder_region, rule_name
),
of_tests as (
    select test, count(*) as controls
    from control_tests
    group by test
)
select
    m.rule_name,
    m.test,
    m.matched_by,
    coalesce(max(t.controls), 0) as controls,
    count(distinct m.recorder_account) as accounts,
    count(distinct m.recorder_region) as regions,
    sum(s.evaluations) as evaluations,
    sum(s.non_compliant) as non_compliant
from rule_tests as m
join spoken as s
    on s.recorder_account = m.recorder_account
    and s.recorder_region = m.recorder_region
    and s.rule_name = m.rule_name
left join of_tests as t on t.test = m.test
group by m.rule_name, m.test, m.matched_by
order by m.rule_name, m.test, m.matched_by
