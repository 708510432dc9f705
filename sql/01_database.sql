-- The database. Its engine Atomic lets a view be replaced without a moment in which it is missing.
CREATE DATABASE IF NOT EXISTS script_analytics
ENGINE = Atomic
COMMENT 'Runs and logs of custom scripts';
