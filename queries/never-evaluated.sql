-- Which resources of a population did no source ever judge?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- control, account, region, resource_type, resource_id, resource_arn
-- inventory_only: whether no source says anything of it at all; else what is said judges nothing
-- existing_seconds: time of the period in which it is not known to be absent
--
-- Limits: `inventory_only` is false for accounts of which nothing is said, since no inventory shows an account. This
-- is what completeness testing begins with. It cannot show what was never recorded: see coverage.
select
    o.control,
    r.account,
    r.region,
    r.resource_type,
    r.resource_id,
    r.resource_arn,
    o.inventory_only,
    cast(floor(o.no_evidence_microseconds / 1000000) as bigint) as existing_seconds
from outcomes as o
join resources as r on r.resource = o.resource
where o.result = 'not_tested'
order by o.control, r.account, r.resource_type, r.resource_key
