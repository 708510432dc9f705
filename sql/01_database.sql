-- The database. Atomic: views are replaced without a moment in which they are not there.
CREATE DATABASE IF NOT EXISTS script_analytics
ENGINE = Atomic
COMMENT 'Runs and logs of custom scripts';
