-- Which Config rules does no test answer for?
--
-- rule_name
-- source_identifier: what describes it, where it is described; else empty
-- observations: rows that it has in the lake
-- resources: different resources that it spoke of
-- accounts: how many accounts it ran in
-- non_compliant: how many rows say NON_COMPLIANT
--
-- Limits: nothing that such a rule says counts for any control. An alias in the engagement file gives it a test.
-- The same as `unmapped_rules` of the assessment.
select
    m.rule_name,
    max(m.source_identifier) as source_identifier,
    count(*) as observations,
    count(distinct e.resource_type || ' ' || e.resource_id) as resources,
    count(distinct m.recorder_account) as accounts,
    sum(case when e.compliance = 'NON_COMPLIANT' then 1 else 0 end) as non_compliant
from rule_tests as m
join evaluations as e
    on e.recorder_account = m.recorder_account
    and e.recorder_region = m.recorder_region
    and e.rule_name = m.rule_name
where m.test = ''
group by m.rule_name
order by m.rule_name
