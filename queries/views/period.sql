-- The days that are asked about, as one half-open interval: a single row.
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- from_at, from_epoch: its first instant
-- until_at, until_epoch: the first instant after it
--
-- Limits: only days of the window. A shorter time than the window changes what is counted, and not what may
-- belong to a control: which buckets a trail delivers to was decided for the whole window.
select
    min(starts_at) as from_at,
    min(starts_epoch) as from_epoch,
    max(ends_at) as until_at,
    max(ends_epoch) as until_epoch
from days
where day >= $from and day <= $through
