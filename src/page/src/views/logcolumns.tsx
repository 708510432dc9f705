// The columns of log entries: the documented ones, and others that may be added.
import type { Entry } from "../state/api";
import { NONE, version } from "../state/format";
import { stamp } from "../state/time";
import { optional, type DataColumn } from "./columns";
import { Level, levelOf } from "./level";

const text = optional<Entry>;

export const LOG_COLUMNS: DataColumn<Entry>[] = [
  {
    name: "timestamp",
    title: "Timestamp",
    tip: "Date and time of the log entry.",
    least: 200,
    share: 0.2,
    rank: 1,
    sortable: true,
    filter: "",
    value: () => null,
    cell: (entry) => (
      <time class="mono" dateTime={entry.timestamp}>
        {stamp(entry.timestamp).slice(0, 23)}
      </time>
    ),
  },
  {
    name: "level",
    title: "Log Level",
    tip: "Stdout, Stderr, Info, Debug, Warning, or Error.",
    least: 92,
    share: 0.1,
    rank: 0,
    filter: "logLevel",
    value: (entry) => levelOf(entry).title,
    cell: (entry) => <Level entry={entry} />,
  },
  {
    name: "message",
    title: "Log Message",
    tip: "Recorded message for the specific action.",
    least: 180,
    share: 5,
    rank: 0,
    filter: "message",
    value: (entry) => entry.message,
    cell: (entry) => <bdi class="mono">{entry.message.split("\n", 1)[0]}</bdi>,
  },
  {
    name: "jobId",
    title: "Run ID",
    tip: "The run that logged the entry.",
    least: 190,
    share: 0.4,
    rank: 3,
    filter: "jobId",
    value: (entry) => entry.jobId ?? "",
    cell: (entry) => <bdi class="mono">{entry.jobId || NONE}</bdi>,
    copy: (entry) => entry.jobId ?? "",
  },
  {
    name: "function",
    title: "Function",
    least: 130,
    share: 0.4,
    rank: 4,
    filter: "function",
    value: (entry) => entry.function ?? "",
    cell: (entry) => <bdi>{entry.function || NONE}</bdi>,
  },
  {
    name: "deploymentVersion",
    title: "Version",
    least: 80,
    share: 0.2,
    rank: 5,
    filter: "deploymentVersion",
    value: (entry) => entry.deploymentVersion ?? null,
    cell: (entry) => version(entry.deploymentVersion, entry.deploymentId),
  },
  {
    name: "logId",
    title: "Log ID",
    tip: "Unique log identifier.",
    least: 130,
    share: 0.6,
    rank: 6,
    filter: "logId",
    value: (entry) => entry.logId,
    cell: (entry) => <bdi class="mono">{entry.logId}</bdi>,
    copy: (entry) => entry.logId,
  },
  text("source", "Source", 130, "source", (entry) => entry.source ?? ""),
  text("errorCode", "Error Code", 130, "errorCode", (entry) => entry.errorCode ?? ""),
  text("deploymentId", "Deployment ID", 150, "deploymentId", (entry) => entry.deploymentId ?? ""),
  text("requestId", "Request ID", 200, "requestId", (entry) => String(entry["requestId"] ?? "")),
  text("traceId", "Trace ID", 250, "traceId", (entry) => String(entry["traceId"] ?? "")),
];
