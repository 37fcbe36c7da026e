-- The population of each control: candidates that exist at some time of the period.
--
-- control, resource: number in `resources`
-- is_spoken_of: whether some source says anything of it in the period, but that it ended
--
-- Limits: accounts in scope always belong to it; of the others those of which something is said, and those that
-- the inventory shows.
with seen as (
    select
        c.control, c.resource, c.is_account,
        max(case when m.is_said and m.ends_epoch > p.from_epoch then 1 else 0 end) as said,
        max(case when m.is_shown and m.ends_epoch > p.from_epoch then 1 else 0 end) as shown
    from moments as m
    join candidates as c on c.control = m.control and c.resource = m.resource
    cross join period as p
    group by c.control, c.resource, c.is_account
)
select control, resource, said > 0 as is_spoken_of
from seen
where is_account or said > 0 or shown > 0
