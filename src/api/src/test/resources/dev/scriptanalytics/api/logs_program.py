"""What the Python program of the API's documentation does, in other words and with assertions.

Its client is as thin as can be: it turns the names of an answer into snake case. It needs nothing
but Python 3.

    API_KEY=sa_... python3 logs_program.py ADDRESS

LogsProgramsIT has the entries that it expects. Once it prints "listening", the events of the
documented stream and an error have to arrive for ep_live_python.
"""

import json
import os
import re
import statistics
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

ADDRESS = sys.argv[1]
ENDPOINT = "ep_1234567890abcdef"
OTHER = "ep_2345678901bcdefg"
FIELDS = (
    "timestamp level message job_id request_id source metadata duration memory_usage"
    " gpu_utilization stack_trace"
).split()


def camel(name):
    return re.sub("_(.)", lambda match: match[1].upper(), name)


def snake(name):
    return re.sub("([A-Z])", lambda match: "_" + match[1].lower(), name)


class Endpoints:
    def get_logs(self, endpoint_id, **options):
        answer = json.load(self._open(endpoint_id, options))
        return SimpleNamespace(
            logs=[SimpleNamespace(**self._entry(log)) for log in answer["logs"]],
            summary=SimpleNamespace(
                **{snake(name): value for name, value in answer["summary"].items()}
            ),
        )

    def stream_logs(self, endpoint_id, on_heartbeat):
        for line in self._open(endpoint_id, {"stream": "true"}):
            if line.startswith(b": heartbeat"):
                on_heartbeat()
            elif line.startswith(b"data: "):
                yield json.loads(line[len(b"data: ") :])

    @staticmethod
    def _entry(log):
        # Metadata belongs to the producer, whose names stay.
        return dict.fromkeys(FIELDS) | {snake(name): value for name, value in log.items()}

    @staticmethod
    def _open(endpoint_id, options):
        query = urllib.parse.urlencode({camel(name): value for name, value in options.items()})
        return urllib.request.urlopen(
            urllib.request.Request(
                f"{ADDRESS}/v2/endpoints/{endpoint_id}/logs?{query}",
                headers={"Authorization": "Bearer " + os.environ["API_KEY"]},
            ),
            timeout=60,
        )


client = SimpleNamespace(endpoints=Endpoints())


def last(**span):
    """A range as the documentation writes it: with microseconds, and a Z behind a naive time."""
    end = datetime.now(timezone.utc).replace(tzinfo=None)
    start = end - timedelta(**span)
    return {"start_time": start.isoformat() + "Z", "end_time": end.isoformat() + "Z"}


def check_retrieval():
    logs = client.endpoints.get_logs(
        endpoint_id=ENDPOINT, level="info", limit=1000, **last(hours=2)
    )

    assert len(logs.logs) == 7, logs
    assert logs.summary.log_levels == {"debug": 0, "info": 4, "warn": 1, "error": 2, "fatal": 0}
    assert logs.summary.sources == {
        "model_inference": 3,
        "performance_tracker": 2,
        "resource_monitor": 1,
        "storage_uploader": 1,
    }


def check_errors():
    logs = client.endpoints.get_logs(
        endpoint_id=ENDPOINT, level="error", limit=5000, **last(hours=24)
    ).logs
    codes = Counter(
        log.metadata["errorCode"] for log in logs if log.metadata and "errorCode" in log.metadata
    )

    assert codes == {"STORAGE_TIMEOUT": 1, "CUDA_OOM": 1}, codes
    assert Counter(log.source for log in logs) == {"storage_uploader": 1, "model_inference": 1}


def check_performance():
    logs = client.endpoints.get_logs(
        endpoint_id=ENDPOINT,
        search="duration|latency|performance|completed",
        level="info",
        **last(hours=6),
    ).logs
    durations = [log.duration for log in logs if log.duration]
    figures = [log.metadata for log in logs if log.metadata and "memoryUsage" in log.metadata]

    assert durations == [4.3, 2.5], durations
    assert round(statistics.mean(durations), 2) == 3.4
    assert [float(figure["memoryUsage"].replace("GB", "")) for figure in figures] == [12.5]
    assert [figure["gpuUtilization"] for figure in figures] == [80]


def check_table():
    """Rows as a DataFrame takes them: a column per field, and one per field of the metadata."""
    rows = []
    for log in client.endpoints.get_logs(
        endpoint_id=ENDPOINT, level="debug", limit=10000, **last(hours=24)
    ).logs:
        row = {name: getattr(log, name) for name in FIELDS if name != "metadata"}
        row["timestamp"] = datetime.strptime(log.timestamp, "%Y-%m-%dT%H:%M:%S.%fZ")
        row.update({"meta_" + name: value for name, value in (log.metadata or {}).items()})
        rows.append(row)

    assert len(rows) == 8
    times = [row["timestamp"] for row in rows]
    assert times == sorted(times)
    assert Counter(row["level"] for row in rows) == {"info": 4, "error": 2, "debug": 1, "warn": 1}
    assert Counter(row["source"] for row in rows).most_common(1) == [("model_inference", 3)]
    assert rows[0]["job_id"] == "job_1234567890abcdef"
    assert rows[0]["request_id"] == "req_abc123def456"
    assert rows[0]["duration"] is None
    assert rows[0]["memory_usage"] == "8.2GB"
    assert rows[0]["gpu_utilization"] == 87
    assert rows[0]["meta_parameters"]["guidance_scale"] == 7.5
    assert rows[1]["meta_loadTime"] == 3.2


def check_stream():
    lines = []
    alerts = []
    heartbeats = []

    def listen():
        # The first heartbeat comes after the stream has found its beginning.
        heartbeats.append(1)
        if len(heartbeats) == 2:
            print("listening", flush=True)

    for entry in client.endpoints.stream_logs("ep_live_python", listen):
        lines.append(f"{entry['level'].upper()}: {entry['message']} ({entry.get('source', '?')})")
        if entry["level"] in ("error", "fatal"):
            alerts.append(entry.get("metadata", {}).get("errorCode"))
        if len(lines) == 4:
            break

    assert lines == [
        "INFO: New request received (api_handler)",
        "INFO: Model ready for inference (model_loader)",
        "INFO: Processing completed successfully (model_inference)",
        "ERROR: Upload failed (?)",
    ], lines
    assert alerts == ["STORAGE_TIMEOUT"], alerts


def check_alerts():
    alerts = []
    failures = []
    for endpoint in (ENDPOINT, OTHER, "ep_unknown"):
        try:
            logs = client.endpoints.get_logs(
                endpoint_id=endpoint, level="error", **last(seconds=3600)
            ).logs
        except urllib.error.HTTPError as error:
            failures.append((endpoint, error.code))
        else:
            alerts.append((endpoint, len(logs), [log.message for log in logs[:3]]))

    assert alerts == [
        (
            ENDPOINT,
            2,
            [
                "Failed to upload result to storage",
                "Model inference failed with CUDA out of memory error",
            ],
        ),
        (OTHER, 1, ["Disk full"]),
    ], alerts
    assert failures == [("ep_unknown", 404)], failures


check_retrieval()
check_errors()
check_performance()
check_table()
check_stream()
check_alerts()
