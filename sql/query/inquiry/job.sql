-- name: InquiryJob
-- What a form of the console began. $1 key. Index: console_job_pkey.
SELECT job, kind, about, who, began_at, beat_at, ended_at, coalesce(outcome, '') AS outcome, coalesce(CAST(result AS text), '') AS result
FROM console_job WHERE job = $1

-- name: InquiryJobsAbout
-- The last things that forms began about something, the newest first. $1 about, $2 how many. Index: console_job_about.
SELECT job, kind, about, who, began_at, beat_at, ended_at, coalesce(outcome, '') AS outcome, coalesce(CAST(result AS text), '') AS result
FROM console_job WHERE about = $1 ORDER BY began_at DESC LIMIT $2
