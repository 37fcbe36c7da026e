-- Which findings were suppressed, what do they say, and when were they said to be?
--
-- account, region, product_arn, finding_id, title, resource_type, resource_id
-- compliance_status, record_state, workflow_status: as of its last record in the evidence
-- first_suppressed_at, last_suppressed_at: first and last record that says SUPPRESSED
-- records, suppressed_records: how many records it has, and how many of them say SUPPRESSED
--
-- Limits: a suppressed failure stays a failure. The evidence says when a finding was updated, not who suppressed it
-- or why; an exception on the list of its owner has to be asked for. Needs the lake alone.
with suppressed as (
    select
        account, product_arn, finding_id, resource_index,
        min(updated_at) as first_suppressed_at,
        max(updated_at) as last_suppressed_at,
        count(*) as suppressed_records
    from findings
    where upper(workflow_status) = 'SUPPRESSED'
    group by account, product_arn, finding_id, resource_index
),
states as (
    select
        f.account, f.product_arn, f.finding_id, f.resource_index, f.region, f.title, f.resource_type, f.resource_id,
        f.compliance_status, f.record_state, f.workflow_status,
        s.first_suppressed_at, s.last_suppressed_at, s.suppressed_records,
        count(*) over (
            partition by f.account, f.product_arn, f.finding_id, f.resource_index
        ) as records,
        row_number() over (
            partition by f.account, f.product_arn, f.finding_id, f.resource_index
            order by f.updated_at desc, coalesce(f.processed_at, f.updated_at) desc, f.evidence_id desc,
                f.record_number desc
        ) as place
    from findings as f
    join suppressed as s
        on s.account = f.account
        and s.product_arn = f.product_arn
        and s.finding_id = f.finding_id
        and s.resource_index = f.resource_index
)
select
    account, region, product_arn, finding_id, title, resource_type, resource_id, compliance_status, record_state,
    workflow_status, first_suppressed_at, last_suppressed_at, records, suppressed_records
from states
where place = 1
order by account, product_arn, finding_id, resource_index
