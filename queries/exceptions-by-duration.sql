-- How long did exceptions last?
--
-- $from (default: first day of the window): the first day asked about
-- $through (default: last day of the window): the last day asked about
--
-- control
-- exceptions: all of them
-- under_an_hour, under_a_day, under_a_week, under_a_month, longer: how many of that length (a month has 30 days)
-- ongoing: how many go on at the end of the period
-- longest_seconds: length of the longest
-- total_seconds: time of all together
--
-- Limits: only time inside the period counts: of an exception that began before it, or goes on, the true length
-- is greater.
select
    control,
    count(*) as exceptions,
    sum(case when duration_seconds < 3600 then 1 else 0 end) as under_an_hour,
    sum(case when duration_seconds >= 3600 and duration_seconds < 86400 then 1 else 0 end) as under_a_day,
    sum(case when duration_seconds >= 86400 and duration_seconds < 604800 then 1 else 0 end) as under_a_week,
    sum(case when duration_seconds >= 604800 and duration_seconds < 2592000 then 1 else 0 end) as under_a_month,
    sum(case when duration_seconds >= 2592000 then 1 else 0 end) as longer,
    sum(case when ongoing then 1 else 0 end) as ongoing,
    max(duration_seconds) as longest_seconds,
    sum(duration_seconds) as total_seconds
from failures
group by control
order by control
