-- What the test reads.

-- one
SELECT 1;

-- one and a half
SELECT 1.5;

SELECT 2;
