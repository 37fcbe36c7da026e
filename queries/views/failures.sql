-- Each stretch of the period in which a subject fails a control without a break.
--
-- control, resource: number in `resources`
-- starts_at, starts_epoch, ends_at, ends_epoch: from when until when, cut to the period
-- began_before_window: whether it failed just before the period
-- ongoing: whether it fails at the last instant of the period
-- began_epoch: when it began, be it before the period
-- duration_seconds: whole seconds inside the period
select
    t.control, t.resource, t.starts_at, t.starts_epoch, t.ends_at, t.ends_epoch,
    t.began_before as began_before_window,
    t.ends_epoch = p.until_epoch as ongoing,
    t.began_epoch,
    cast(floor((t.ends_epoch - t.starts_epoch) / 1000000) as bigint) as duration_seconds
from timeline as t
cross join period as p
where t.status = 'FAIL'
