// A log entry beside the list: all that is known of it, and what was logged around it.
import { useState } from "preact/hooks";
import { Json } from "../components/json";
import { Copy, Failed, Loading, Segments } from "../components/parts";
import { Side, Step } from "../components/side";
import { address, go } from "../state/address";
import type { Entry } from "../state/api";
import { narrowed } from "../state/filter";
import { bytes, NONE, version } from "../state/format";
import { useAnswer } from "../state/query";
import { ofScript } from "../state/scope";
import { stamp } from "../state/time";
import { Level, levelOf } from "./level";

/** An entry in the address: its time, id and run. */
export function entryKey(entry: Entry): string {
  return JSON.stringify([entry.timestamp, entry.logId, entry.jobId ?? ""]);
}

function parsed(id: string): { timestamp?: string; logId?: string; jobId?: string } {
  try {
    const [timestamp, logId, jobId] = JSON.parse(id) as string[];
    return { ...(timestamp ? { timestamp } : {}), ...(logId ? { logId } : {}), ...(jobId ? { jobId } : {}) };
  } catch {
    return {};
  }
}

// What has a place of its own, and what only says how the entry came here.
const SHOWN = new Set([
  "timestamp",
  "level",
  "originalLevel",
  "message",
  "jobId",
  "logId",
  "function",
  "source",
  "pattern",
  "errorCode",
  "stackTrace",
  "metadata",
  "deploymentId",
  "deploymentVersion",
  "traceId",
  "spanId",
  "requestId",
  "duration",
  "memoryUsage",
  "gpuUtilization",
  "endpointId",
]);

export function EntryPanel(props: {
  id: string;
  entry: Entry | undefined;
  next: Entry | undefined;
  previous: Entry | undefined;
}) {
  const { timestamp, logId, jobId } = parsed(props.id);
  const [same, setSame] = useState<"all" | "run">("all");
  const question = { timestamp, logId, jobId, before: 20, after: 20, sameJob: same === "run" ? "true" : null };
  const context = useAnswer<{ index: number; logs: Entry[] }>(
    timestamp && logId ? ofScript("logs/context", question) : null,
  );
  const around = context.value;
  const found = around?.logs[around.index];
  const entry = props.entry ?? (found && entryKey(found) === props.id ? found : undefined);
  const to = (one: Entry | undefined) => (one ? () => go({ entry: entryKey(one) }, "logs", true) : null);
  return (
    <Side
      label="Log entry"
      what="the entry"
      id={props.id}
      head={
        <>
          <h2 class="mono">
            <bdi>{logId}</bdi>
          </h2>
          <Copy text={() => logId ?? ""} title="Copy the log ID" />
        </>
      }
      steps={
        <>
          <Step to={to(props.previous)} title="Previous entry (K)" icon="up" />
          <Step to={to(props.next)} title="Next entry (J)" icon="chevron" />
        </>
      }
      onClose={() => go({ entry: null })}
    >
      {entry ? <Contents entry={entry} id={props.id} /> : context.problem ? null : <Loading what="the entry" />}
      <section>
        <h3>
          Around it
          <span class="space" />
          <Segments
            label="Whose entries"
            value={same}
            choices={[
              { value: "all", title: "All runs" },
              { value: "run", title: "Same run" },
            ]}
            onChange={setSame}
          />
        </h3>
        {context.problem ? (
          <Failed problem={context.problem} retry={context.retry} />
        ) : !around ? (
          <Loading what="its neighbours" />
        ) : (
          <ol class="entries">
            {around.logs.map((one, i) => (
              <li key={i} class={i === around.index ? "chosen" : ""}>
                <button
                  type="button"
                  aria-current={i === around.index ? "true" : undefined}
                  title={`${stamp(one.timestamp)} · ${one.jobId ?? ""}`}
                  onClick={() => go({ entry: entryKey(one) }, "logs", true)}
                >
                  <time dateTime={one.timestamp}>{stamp(one.timestamp).slice(11, 23)}</time>
                  <Level entry={one} />
                  <bdi class="message">{one.message}</bdi>
                </button>
              </li>
            ))}
          </ol>
        )}
      </section>
    </Side>
  );
}

function Contents({ entry, id }: { entry: Entry; id: string }) {
  const further = Object.fromEntries(
    Object.entries(entry).filter(([name, value]) => !SHOWN.has(name) && value !== null),
  );
  const fact = (title: string, value: unknown, mono = false) =>
    value === undefined || value === null || value === "" ? null : (
      <div>
        <dt>{title}</dt>
        <dd class={mono ? "mono" : ""}>
          <bdi>{String(value)}</bdi>
        </dd>
      </div>
    );
  return (
    <>
      <div class="record-top">
        <Level entry={entry} />
        <span class="note">{stamp(entry.timestamp)}</span>
        <span class="space" />
        <Copy text={() => location.origin + address({ entry: id })} title="Copy the link to this entry" label="Link" />
        <Copy text={() => entry.message} title="Copy the message" label="Message" />
      </div>
      <p class="message mono whole-message">
        <bdi>{entry.message || NONE}</bdi>
      </p>
      {entry.stackTrace && entry.stackTrace.length > 0 && (
        <pre class="stack" tabIndex={0} aria-label="Stack trace">
          {entry.stackTrace.join("\n")}
        </pre>
      )}
      <dl class="facts">
        {entry.jobId && (
          <div>
            <dt>Run ID</dt>
            <dd>
              <a class="mono" href={address({ run: entry.jobId, entry: null, filter: null }, "runs")}>
                <bdi>{entry.jobId}</bdi>
              </a>
            </dd>
          </div>
        )}
        {fact("Function", entry.function)}
        {fact("Deployment Version", version(entry.deploymentVersion, entry.deploymentId))}
        {fact("Source", entry.source)}
        {fact("Error Code", entry.errorCode)}
        {fact(
          "Original Level",
          levelOf(entry).title.toLowerCase() === entry.originalLevel?.toLowerCase() ? "" : entry.originalLevel,
        )}
        {fact("Duration", typeof entry["duration"] === "number" ? `${entry["duration"]} s` : "")}
        {fact("Memory", typeof entry["memoryUsage"] === "number" ? bytes(entry["memoryUsage"]) : entry["memoryUsage"])}
        {fact("GPU", entry["gpuUtilization"])}
        {fact("Request ID", entry["requestId"], true)}
        {fact("Trace ID", entry["traceId"], true)}
        {fact("Span ID", entry["spanId"], true)}
      </dl>
      {entry.pattern && entry.pattern !== "0" && (
        <div class="row-of">
          <a
            class="button small"
            href={address({ filter: narrowed({ column: "pattern", op: "equals", value: entry.pattern }), entry: null })}
          >
            Only entries like this
          </a>
          <a
            class="button small"
            href={address({
              filter: narrowed({ column: "pattern", op: "not_equals", value: entry.pattern }),
              entry: null,
            })}
          >
            Hide entries like this
          </a>
        </div>
      )}
      {entry.metadata !== undefined && <Json label="Metadata" value={entry.metadata} />}
      {Object.keys(further).length > 0 && <Json label="Further fields" value={further} />}
    </>
  );
}
