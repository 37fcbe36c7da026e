-- Which evidence files are there, by kind, day and what became of them?
--
-- kind: what they were recognised as; empty where they were not
-- day: the day that they speak for; empty where none is known
-- outcome: accepted, partial, set_aside, rejected or bundle
-- problem: code of the first problem; empty where there is none
-- files, bytes: how many, and how large as handed over
-- records_read, records_kept, records_duplicate, records_set_aside, records_rejected: what became of their records;
-- the first is the sum of the others
--
-- Limits: members of bundles are files of their own, and a bundle is one more. The same files as in ledger.csv.
select
    kind,
    evidence_day as day,
    outcome,
    problem,
    count(*) as files,
    sum(size) as bytes,
    sum(records_read) as records_read,
    sum(records_kept) as records_kept,
    sum(records_duplicate) as records_duplicate,
    sum(records_set_aside) as records_set_aside,
    sum(records_rejected) as records_rejected
from evidence_files
group by kind, evidence_day, outcome, problem
order by kind, day, outcome, problem
