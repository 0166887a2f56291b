-- Business days: which days the lender works on, and what nights and files do on the others.

-- +goose Up
CREATE TABLE business_calendar (
    alone boolean PRIMARY KEY DEFAULT true CHECK (alone), -- one row
    kind  text NOT NULL DEFAULT 'every-day' CHECK (kind IN ('every-day', 'weekdays', 'federal-reserve'))
);
INSERT INTO business_calendar DEFAULT VALUES;
CREATE TABLE business_day (                             -- days that differ from the kind
    day  date PRIMARY KEY,
    open boolean NOT NULL,
    name text NOT NULL CHECK (name <> '')
);
CREATE TABLE closed_day_policy (
    entry  text PRIMARY KEY CHECK (entry <> ''),        -- night, a step of the plan, or program: and its id
    policy text NOT NULL CHECK (policy IN ('run', 'skip', 'roll'))
);
ALTER TABLE product ADD days_counted text NOT NULL DEFAULT 'calendar' CHECK (days_counted IN ('calendar', 'business'));
-- +goose Down
ALTER TABLE product DROP days_counted;
DROP TABLE closed_day_policy;
DROP TABLE business_day;
DROP TABLE business_calendar;
