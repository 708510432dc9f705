// What the JavaScript program of the API's documentation does, in other words and with assertions.
// Its client is as thin as can be; it needs nothing but Node.js.
//
//     API_KEY=sa_... node logs-program.mjs ADDRESS
//
// LogsProgramsIT has the entries that it expects. Once it prints "listening", the events of the
// documented stream and an error have to arrive for ep_live_node. It writes into its directory.

import assert from 'node:assert/strict';
import fs from 'node:fs';

const address = process.argv[2];
const key = process.env.API_KEY;
const endpointId = 'ep_1234567890abcdef';
const otherId = 'ep_2345678901bcdefg';
const HOUR = 60 * 60 * 1000;

const authorization = (secret = key) => ({ Authorization: `Bearer ${secret}` });

const client = {
    endpoints: {
        async getLogs(endpoint, options = {}) {
            const query = new URLSearchParams(options);
            const answer = await fetch(`${address}/v2/endpoints/${endpoint}/logs?${query}`, {
                headers: authorization(),
            });
            if (!answer.ok) {
                throw Object.assign(new Error((await answer.json()).message), {
                    status: answer.status,
                });
            }
            const isJson = answer.headers.get('content-type').startsWith('application/json');
            return isJson ? answer.json() : answer.text();
        },
    },
};

// The EventSource of browsers takes no headers; packages that do work like this.
class EventSource {
    onmessage = () => {};
    onerror = () => {};
    onheartbeat = () => {};
    #abort = new AbortController();

    constructor(url, { headers }) {
        this.#read(url, headers).catch((error) => {
            if (!this.#abort.signal.aborted) {
                this.onerror(error);
            }
        });
    }

    async #read(url, headers) {
        const answer = await fetch(url, {
            headers: { ...headers, Accept: 'text/event-stream' },
            signal: this.#abort.signal,
        });
        if (!answer.ok) {
            throw Object.assign(new Error('refused'), { status: answer.status });
        }
        let text = '';
        for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
            const events = (text + part).split('\n\n');
            text = events.pop();
            events.forEach((event) => this.#dispatch(event));
        }
        throw new Error('the stream has ended');
    }

    #dispatch(event) {
        if (event.startsWith(': heartbeat')) {
            this.onheartbeat();
        }
        const lines = event.split('\n').filter((line) => line.startsWith('data: '));
        if (lines.length > 0) {
            this.onmessage({ data: lines.map((line) => line.slice('data: '.length)).join('\n') });
        }
    }

    close() {
        this.#abort.abort();
    }
}

function last(hours) {
    const end = new Date();
    return {
        startTime: new Date(end.getTime() - hours * HOUR).toISOString(),
        endTime: end.toISOString(),
    };
}

function countBy(list, name) {
    const counts = {};
    for (const item of list) {
        const value = name(item);
        if (value !== undefined) {
            counts[value] = (counts[value] ?? 0) + 1;
        }
    }
    return counts;
}

async function retrieveLogs() {
    const logs = await client.endpoints.getLogs(endpointId, {
        ...last(2),
        level: 'info',
        limit: 1000,
    });

    assert.equal(logs.logs.length, 7);
    assert.deepEqual(logs.summary.logLevels, { debug: 0, info: 4, warn: 1, error: 2, fatal: 0 });
    assert.deepEqual(logs.summary.sources, {
        model_inference: 3,
        performance_tracker: 2,
        resource_monitor: 1,
        storage_uploader: 1,
    });
    assert.equal(logs.logs[0].metadata.parameters.guidance_scale, 7.5);
    assert.equal(logs.logs[0].duration, null);
}

async function analyzeErrors() {
    const { logs } = await client.endpoints.getLogs(endpointId, {
        ...last(24),
        level: 'error',
        limit: 5000,
    });
    const codes = countBy(logs, (log) => log.metadata?.errorCode);
    const sources = countBy(logs, (log) => log.source);
    const hours = countBy(
        logs,
        (log) => `${new Date(log.timestamp).toISOString().substring(0, 13)}:00:00Z`,
    );

    assert.deepEqual(codes, { STORAGE_TIMEOUT: 1, CUDA_OOM: 1 });
    assert.deepEqual(sources, { storage_uploader: 1, model_inference: 1 });
    assert.equal(Object.values(hours).reduce((sum, count) => sum + count), 2);
}

function percentile(values, percent) {
    const sorted = [...values].sort((a, b) => a - b);
    const rank = (percent / 100) * (sorted.length - 1);
    const below = sorted[Math.floor(rank)];
    return below + (sorted[Math.ceil(rank)] - below) * (rank - Math.floor(rank));
}

async function analyzePerformance() {
    const { logs } = await client.endpoints.getLogs(endpointId, {
        ...last(6),
        search: 'duration|latency|performance|completed',
        level: 'info',
        limit: 10000,
    });
    const durations = logs.map((log) => log.duration).filter(Boolean);
    const memory = logs
        .map((log) => /^([\d.]+)GB$/.exec(log.metadata?.memoryUsage)?.[1])
        .filter(Boolean)
        .map(Number);
    const gpu = logs
        .map((log) => log.metadata?.gpuUtilization)
        .filter((percent) => typeof percent === 'number');

    assert.deepEqual(durations, [4.3, 2.5]);
    assert.equal(percentile(durations, 95).toFixed(2), '4.21');
    assert.deepEqual(memory, [12.5]);
    assert.deepEqual(gpu, [80]);
}

async function exportLogs(format) {
    const range = last(12);
    const logs = await client.endpoints.getLogs(endpointId, { ...range, format, limit: 10000 });
    const file = `${endpointId}_logs_${range.startTime.split('T')[0]}.${format}`;
    fs.writeFileSync(file, format === 'json' ? JSON.stringify(logs, null, 2) : logs);
    return fs.readFileSync(file, 'utf8');
}

async function exportInEveryFormat() {
    assert.equal(JSON.parse(await exportLogs('json')).logs.length, 7);
    assert.match(await exportLogs('csv'), /^timestamp,level,.*\r\n.*,info,Processing image/);
    assert.match(await exportLogs('text'), / \[INFO\] model_inference: Processing image/);
}

// As the documented monitor: an error closes the stream, and after a while there is a new one.
function monitor(endpoint, options) {
    const { keys, level, onLog, onError, onHeartbeat } = options;
    const source = new EventSource(
        `${address}/v2/endpoints/${endpoint}/logs?stream=true&level=${level}`,
        { headers: authorization(keys[0]) },
    );
    source.onmessage = (event) => onLog(JSON.parse(event.data), source);
    source.onheartbeat = onHeartbeat;
    source.onerror = (error) => {
        source.close();
        onError(error);
        setTimeout(() => monitor(endpoint, { ...options, keys: keys.slice(1) }));
    };
}

function followLogs() {
    const messages = [];
    const alerts = [];
    const failures = [];
    let heartbeats = 0;
    return new Promise((resolve, reject) => {
        const check = () => {
            assert.deepEqual(failures, [401]);
            assert.deepEqual(messages, [
                'New request received',
                'Model ready for inference',
                'Processing completed successfully',
                'Upload failed',
            ]);
            assert.deepEqual(alerts, ['ERROR: Upload failed']);
        };
        monitor('ep_live_node', {
            keys: ['sa_mistyped', key],
            level: 'info',
            onError: (error) => {
                failures.push(error.status ?? error.message);
                if (failures.length > 1) {
                    reject(new Error(`The stream failed: ${failures}`));
                }
            },
            // The first heartbeat comes after the stream has found its beginning.
            onHeartbeat: () => {
                heartbeats += 1;
                if (heartbeats === 2) {
                    console.log('listening');
                }
            },
            onLog: (log, source) => {
                messages.push(log.message);
                if (log.level === 'error' || log.level === 'fatal') {
                    alerts.push(`${log.level.toUpperCase()}: ${log.message}`);
                }
                if (messages.length === 4) {
                    source.close();
                    Promise.resolve().then(check).then(resolve, reject);
                }
            },
        });
    });
}

class Alerting {
    constructor(endpointIds, { interval, threshold, onAlert, onError }) {
        Object.assign(this, { endpointIds, interval, threshold, onAlert, onError });
    }

    async check() {
        const end = new Date();
        const range = {
            startTime: new Date(end.getTime() - this.interval).toISOString(),
            endTime: end.toISOString(),
        };
        const alerts = [];
        for (const endpoint of this.endpointIds) {
            try {
                const { logs } = await client.endpoints.getLogs(endpoint, {
                    ...range,
                    level: 'error',
                    limit: 100,
                });
                if (logs.length >= this.threshold) {
                    const messages = logs.map((log) => log.message);
                    alerts.push({ endpoint, count: logs.length, messages });
                }
            } catch (error) {
                this.onError(endpoint, error);
            }
        }
        if (alerts.length > 0) {
            this.onAlert(alerts);
        }
    }

    start() {
        this.timer = setInterval(() => this.check(), this.interval);
        this.check();
    }

    stop() {
        clearInterval(this.timer);
    }
}

async function alertOnErrors() {
    const unknown = [];
    const alerts = await new Promise((resolve) => {
        const alerting = new Alerting([endpointId, otherId, 'ep_unknown'], {
            interval: HOUR,
            threshold: 2,
            onError: (endpoint, error) => unknown.push([endpoint, error.status]),
            onAlert: (found) => {
                alerting.stop();
                resolve(found);
            },
        });
        alerting.start();
    });

    assert.deepEqual(alerts, [
        {
            endpoint: endpointId,
            count: 2,
            messages: [
                'Failed to upload result to storage',
                'Model inference failed with CUDA out of memory error',
            ],
        },
    ]);
    assert.deepEqual(unknown, [['ep_unknown', 404]]);
}

await retrieveLogs();
await analyzeErrors();
await analyzePerformance();
await exportInEveryFormat();
await followLogs();
await alertOnErrors();
