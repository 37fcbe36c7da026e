-- For how long each stream says what: its observations, each until the next one.
--
-- stream: number in `streams`
-- status, suppressed: what it says
-- starts_at, starts_epoch: from when on
-- ends_at, ends_epoch: until when; the last one until the stream can vouch for it no longer
-- evidence_id, record_number: the observation that began it
--
-- Limits: of several statuses at one instant the worst counts. What repeats the statement before it begins none.
with counted as (
    select
        stream, observed_at, observed_epoch, status, suppressed, reason, evidence_id, record_number,
        row_number() over (
            partition by stream, observed_epoch
            order by severity_rank, suppressed, evidence_id, record_number
        ) as place
    from observations
),
compared as (
    select
        stream, observed_at, observed_epoch, status, suppressed, reason, evidence_id, record_number,
        lag(status) over (partition by stream order by observed_epoch) as status_before,
        lag(suppressed) over (partition by stream order by observed_epoch) as suppressed_before,
        lag(reason) over (partition by stream order by observed_epoch) as reason_before
    from counted
    where place = 1
),
begun as (
    select stream, observed_at, observed_epoch, status, suppressed, evidence_id, record_number
    from compared
    where status_before is null
        or status <> status_before
        or suppressed <> suppressed_before
        or reason <> reason_before
),
followed as (
    select
        stream, observed_at, observed_epoch, status, suppressed, evidence_id, record_number,
        lead(observed_at) over (partition by stream order by observed_epoch) as next_at,
        lead(observed_epoch) over (partition by stream order by observed_epoch) as next_epoch
    from begun
)
select
    f.stream,
    f.status,
    f.suppressed,
    f.observed_at as starts_at,
    f.observed_epoch as starts_epoch,
    coalesce(f.next_at, s.vouched_until) as ends_at,
    coalesce(f.next_epoch, s.vouched_epoch) as ends_epoch,
    f.evidence_id,
    f.record_number
from followed as f
join streams as s on s.stream = f.stream
where coalesce(f.next_epoch, s.vouched_epoch) > f.observed_epoch
