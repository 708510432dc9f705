-- What the statements that generate runs and log entries have in common.

CREATE DATABASE IF NOT EXISTS benchmark ENGINE = Atomic;

-- What the directory holds.
CREATE TABLE IF NOT EXISTS benchmark.generated (begin DateTime64(3, 'UTC'), runs UInt64, logs UInt64)
ENGINE = MergeTree ORDER BY begin;

CREATE OR REPLACE FUNCTION benchmark_word AS number ->
    ['billing', 'inventory', 'checkout', 'shipment', 'invoice', 'catalog', 'pricing', 'refund', 'profile',
     'session', 'tariff', 'voucher', 'warehouse', 'forecast', 'ranking', 'embedding'][1 + number % 16];

-- The kind of a log entry by a hash, from 1 to 24. A ninth of the entries are of the last five kinds, which are errors.
CREATE OR REPLACE FUNCTION benchmark_template AS g -> 1 + toUInt32(24 * pow((g % 1000003) / 1000003, 2));

-- The shape of a kind. Half of the kinds have one of 16 words that is not masked.
CREATE OR REPLACE FUNCTION benchmark_shape AS (template, h) ->
    sipHash64(template, if(template % 2 = 0, h % 16, 0));

-- The message of a log entry by two hashes.
CREATE OR REPLACE FUNCTION benchmark_message AS (h, g) ->
    replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(
        replaceOne(
            ['Handled {v} request for customer {n} in {n} ms',
             'Cache hit for key session:{id}',
             'Cache miss for key session:{id}, loading from the database',
             'GET https://api.example.com/v2/customers/{n}/orders?page={d} returned 200 in {n} ms',
             'POST https://api.example.com/v2/{w}/{u} returned 201 in {n} ms',
             'Fetched {n} rows from table {w} in {n} ms',
             'Validated input of {n} bytes against schema {w}.v{d}',
             'Step {d} of {d} finished: {w}',
             'Published message {u} to topic {w}-events, partition {d}, offset {n}{n}',
             'Token of user {n} expires in {n} seconds',
             'Started worker {d} on host 10.{d}.{d}.{d}, pid {n}',
             'Memory in use: {n} MB of 2048 MB',
             'Order ord_{id} of customer {n} moved from state {w} to {w}',
             'Uploaded results to s3://{w}-results/{u}/part-{d}.parquet, {n}{n} bytes',
             'Retry {d} of 5 after {n} ms: connection to 10.{d}.{d}.{d}:{n} was reset by the peer',
             'Slow query: SELECT * FROM {w} WHERE id = {n} took {n} ms',
             'Request {u} timed out after {n} ms waiting for {w}',
             'Payment {id} declined by the bank with code {d}',
             'Circuit breaker {w} is open after {d} failures',
             'Traceback (most recent call last): File "/srv/app/{w}.py", line {n}, in handler: KeyError: ''{w}''',
             'java.lang.IllegalStateException: {w} {n} is already closed at com.example.{w}.Service.run(Service.java:{d})',
             'Storage quota of account {n} exceeded: {n} MB',
             'Reconciliation mismatch for ledger {id}: expected {n}, found {n}',
             'CUDA out of memory: tried to allocate {n} MiB on device {d}'][benchmark_template(g)],
            '{w}', benchmark_word(h)),
        '{w}', benchmark_word(g)),
        '{u}', toString(reinterpretAsUUID(reinterpretAsFixedString(h) || reinterpretAsFixedString(g)))),
        '{id}', lower(hex(toUInt32(g)))),
        '{n}', toString(h % 9973)),
        '{d}', toString(g % 251)),
        '{v}', ['GET', 'POST', 'PUT'][1 + h % 3]);

-- Rows by number, spread evenly over all runs, and what is the same for all rows of a run.
-- begin: when the first run starts, in milliseconds since 1970; rows: how many rows all runs have together.
CREATE OR REPLACE VIEW benchmark.numbered AS
SELECT
    number,
    intDiv(number * {runs:UInt64}, {rows:UInt64}) AS run,
    sipHash64(run, 1) AS run_hash,
    sipHash64(run, 2) AS a,
    sipHash64(run, 3) AS b,
    toUInt32(200 * pow(run_hash / 18446744073709551616, 5)) AS script_number,
    'script_' || leftPad(toString(script_number), 3, '0') AS run_script,
    run / {runs:UInt64} * 2592000000 AS even,
    {begin:Int64} + toInt64(even + 10000000 * sin(2 * pi() * even / 86400000)) + a % 30000 - 30000 AS start,
    1 + toUInt32(intDiv(intDiv(start - {begin:Int64}, 86400000) + script_number % 7, 7)) AS deployed,
    'deploy_' || lower(hex(toUInt32(sipHash64(script_number, deployed)))) AS deploy_id,
    ['handler', 'run', 'check_balance', 'on_event'][1 + script_number % 4] AS run_function,
    round((20 + script_number * 37 % 400) * exp(0.5 * sqrt(-2 * log((1 + b % 1000000) / 1000001))
        * cos(2 * pi() * (intDiv(b, 1000000) % 1000000) / 1000000)), 2) AS took
FROM numbers({first:UInt64}, {count:UInt64});
