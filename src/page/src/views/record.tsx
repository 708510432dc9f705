// Everything of one run, beside the list.
import { useEffect, useState } from "preact/hooks";
import { Json } from "../components/json";
import { Copy, Failed, Loading, Status } from "../components/parts";
import { Side, Step } from "../components/side";
import { address, go } from "../state/address";
import { route, type Entry, type LogPage, type Run, type RunRecord, type Version } from "../state/api";
import { bytes, count, duration, NONE, version } from "../state/format";
import { useLive } from "../state/live";
import { renewAnswer, useAnswer, usePages } from "../state/query";
import { account, ofScript, script } from "../state/scope";
import { ago, iso, now, range, stamp } from "../state/time";
import { entryKey } from "./entry";
import { Level, levelOf } from "./level";

function pathOf(runId: string, inAccount: string | null): string {
  return route("runs/" + encodeURIComponent(runId), { account: inAccount });
}

function logsOf(runId: string, inAccount: string | null, cursor: string | null): string {
  return route(`runs/${encodeURIComponent(runId)}/logs`, { account: inAccount, limit: AT_ONCE, cursor });
}

const AT_ONCE = 200;

export function Record(props: {
  runId: string;
  next?: string | undefined;
  previous?: string | undefined;
  listed: boolean;
}) {
  const path = pathOf(props.runId, account.value);
  const answer = useAnswer<RunRecord>(path, true);
  const run = answer.value?.runId === props.runId ? answer.value : undefined;
  // Whoever looks at a run that is in progress sees it end.
  const renewRecord = () => {
    renewAnswer(path);
    renewAnswer(logsOf(props.runId, account.value, null));
  };
  const filter = JSON.stringify({ column: "runId", op: "equals", value: props.runId });
  useLive<Run>(run?.status === "In Progress" ? ofScript("live", { filter }) : null, "run", renewRecord, renewRecord);
  // Outside the loaded list the record knows its neighbours in time. K is the newer one, above in the list.
  const next = props.listed ? props.next : run?.nextRunId;
  const previous = props.listed ? props.previous : run?.previousRunId;
  const to = (runId: string | null | undefined) => (runId ? () => go({ run: runId }, undefined, true) : null);
  return (
    <Side
      label="Record of a run"
      what="the record"
      id={props.runId}
      head={
        <>
          <h2 class="mono">
            <bdi>{props.runId}</bdi>
          </h2>
          <Copy text={() => props.runId} title="Copy the run ID" />
        </>
      }
      steps={
        <>
          <Step to={to(previous)} title="Previous run (K)" icon="up" />
          <Step to={to(next)} title="Next run (J)" icon="chevron" />
        </>
      }
      onClose={() => go({ run: null })}
    >
      {answer.problem && !answer.loading ? (
        <Failed problem={answer.problem} retry={answer.retry} />
      ) : !run ? (
        <Loading what="the record" />
      ) : (
        <Contents key={run.runId + run.status} run={run} />
      )}
    </Side>
  );
}

function Contents({ run }: { run: RunRecord }) {
  const link = () => location.origin + address({ run: run.runId });
  const curl = () => {
    return `curl -H "Authorization: Bearer $KEY" ${quoted(location.origin + pathOf(run.runId, run.account))}`;
  };
  const other = run.script !== script.value;
  return (
    <>
      <div class="record-top">
        <Status status={run.status} word={run.originalStatus} />
        <span class="note">{ago(Date.parse(run.executedOn), now.value)}</span>
        <span class="space" />
        <Copy text={link} title="Copy the link to this record" label="Link" />
        <Copy text={curl} title="Copy as a curl command" label="curl" />
      </div>
      {other && (
        <p class="note">
          Of the script <bdi>{run.script}</bdi>
        </p>
      )}
      {run.onlyLogs && <p class="note">This run has logged, and its own events have not arrived.</p>}
      <dl class="facts">
        <Fact title="Executed On">{stamp(run.executedOn)}</Fact>
        <Fact title="Ended On">{run.endedOn && stamp(run.endedOn)}</Fact>
        <Fact title="Deployment Version">
          {version(run.deploymentVersion, run.deploymentId)}
          {run.deploymentVersion > 0 && run.deploymentId && <span class="note"> {run.deploymentId}</span>}
        </Fact>
        <Fact title="Function">{run.function}</Fact>
        <Fact title="Source Type">{run.sourceType}</Fact>
        <Fact title="Source">{run.source}</Fact>
        {run.memoryBytes !== null && <Fact title="Memory">{bytes(run.memoryBytes)}</Fact>}
        {run.cpuMs !== null && <Fact title="CPU Time">{duration(run.cpuMs)}</Fact>}
        {run.gpuPercent !== null && <Fact title="GPU">{run.gpuPercent} %</Fact>}
        {run.coldStart !== null && <Fact title="Cold Start">{run.coldStart ? "Yes" : "No"}</Fact>}
        {run.traceId && (
          <Fact title="Trace ID">
            <span class="mono">{run.traceId}</span>
          </Fact>
        )}
      </dl>
      <ResponseTime run={run} />
      <Phases phases={run.phases} />
      {(run.errorMessage || run.errorCode || run.errorStack) && <ErrorOf run={run} />}
      {run.truncated.length > 0 && <p class="note">Cut at a limit: {run.truncated.join(", ")}</p>}
      {run.redacted.length > 0 && <p class="note">Redacted: {run.redacted.join(", ")}</p>}
      <Json label="Input" value={run.input} />
      <Json label="Output" value={run.output} />
      {run.extra !== null && run.extra !== undefined && <Json label="Further fields" value={run.extra} />}
      <RunLogs run={run} />
    </>
  );
}

function quoted(text: string): string {
  return "'" + text.replaceAll("'", "'\\''") + "'";
}

function Fact({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <bdi>{children || NONE}</bdi>
      </dd>
    </div>
  );
}

/** The time, every second while it runs. */
function useClock(runs: boolean): number {
  const [present, setPresent] = useState(Date.now());
  useEffect(() => {
    const timer = runs ? setInterval(() => setPresent(Date.now()), 1000) : undefined;
    return () => clearInterval(timer);
  }, [runs]);
  return present;
}

/** The response time beside the percentiles of its deployment; of a run in progress the time that is expected. */
function ResponseTime({ run }: { run: RunRecord }) {
  const start = Date.parse(run.executedOn);
  const within = range.value.from <= start && start < range.value.to;
  const about = within ? range.value : { from: start - 12 * 36e5, to: start + 12 * 36e5 };
  const answer = useAnswer<{ versions: Version[] }>(
    run.script === script.value ? ofScript("versions", { startTime: iso(about.from), endTime: iso(about.to) }) : null,
  );
  const own = answer.value?.versions.find(
    (one) =>
      one.deploymentVersion === run.deploymentVersion &&
      (run.deploymentVersion > 0 || one.deploymentId === run.deploymentId),
  );
  const present = useClock(run.status === "In Progress");
  const took =
    run.responseTime ??
    (run.status === "In Progress"
      ? Math.max(0, present - start)
      : run.endedOn
        ? Date.parse(run.endedOn) - start
        : null);
  const title = { "In Progress": "Running for", Success: "Response Time", Failed: "Failed after", "": "Response Time" }[
    run.status
  ];
  const marks = own
    ? (
        [
          ["P50", own.p50],
          ["P90", own.p90],
          ["P99", own.p99],
        ] as const
      ).filter(([, value]) => value !== null)
    : [];
  const most = Math.max(took ?? 0, ...marks.map(([, value]) => value!));
  const place = (value: number) => `${(100 * Math.log1p(value)) / Math.log1p(most * 1.15)}%`;
  const slower = took !== null && own?.p99 !== null && own !== undefined && took > own.p99!;
  return (
    <section class="took">
      <h3>{title}</h3>
      <p class="took-value">
        {duration(took)}
        {slower && (
          <span class="change bad"> slower than 99% of {version(own.deploymentVersion, own.deploymentId)}</span>
        )}
      </p>
      {took !== null && marks.length > 0 && (
        <div
          class="scale"
          role="img"
          aria-label={marks.map(([name, value]) => `${name} of its deployment is ${duration(value)}`).join(", ")}
        >
          <span class={"bar " + run.status.toLowerCase().replace(" ", "-")} style={{ width: place(took) }} />
          {marks.map(([name, value]) => (
            <span key={name} class="mark" style={{ left: place(value!) }}>
              <span>{name}</span>
            </span>
          ))}
        </div>
      )}
      {marks.length > 0 && (
        <p class="note">
          {run.status === "In Progress" ? "Expected: " : "Its deployment: "}
          {marks.map(([name, value]) => `${name} ${duration(value)}`).join(" · ")}
        </p>
      )}
    </section>
  );
}

function Phases({ phases }: { phases: { [name: string]: number } }) {
  const all = Object.entries(phases);
  if (all.length === 0) {
    return null;
  }
  const most = Math.max(...all.map(([, ms]) => ms), 1e-9);
  return (
    <section>
      <h3>Phases</h3>
      <table class="bars">
        <tbody>
          {all
            .sort(([, one], [, other]) => other - one)
            .map(([name, ms]) => (
              <tr key={name}>
                <th scope="row">
                  <bdi>{name}</bdi>
                </th>
                <td class="fill">
                  <span class="bar" style={{ width: `${(100 * ms) / most}%` }} />
                </td>
                <td class="right">{duration(ms)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

function ErrorOf({ run }: { run: RunRecord }) {
  return (
    <section class="error-box">
      <h3>
        Error
        {run.errorCode && (
          <span class="code">
            <bdi>{run.errorCode}</bdi>
          </span>
        )}
        <Copy
          text={() => [run.errorCode, run.errorMessage, run.errorStack].filter(Boolean).join("\n")}
          title="Copy the error"
        />
      </h3>
      {run.errorMessage && (
        <p class="message">
          <bdi>{run.errorMessage}</bdi>
        </p>
      )}
      {run.errorStack && (
        <pre class="stack" tabIndex={0} aria-label="Stack trace">
          {run.errorStack}
        </pre>
      )}
      {run.errorGroup !== "" && (
        <a
          class="button small"
          href={address(
            { run: null, filter: JSON.stringify({ column: "errorGroup", op: "equals", value: run.errorGroup }) },
            "runs",
          )}
        >
          All runs with this error
        </a>
      )}
    </section>
  );
}

function RunLogs({ run }: { run: RunRecord }) {
  const path = (cursor: string | null) => logsOf(run.runId, account.value, cursor);
  const pages = usePages<LogPage, Entry>(path, (page) => page.logs);
  const [wide, setWide] = useState<string | null>(null);
  const none = pages.problem?.status === 404 || (pages.value && pages.rows.length === 0);
  return (
    <section>
      <h3>
        Logs
        {pages.value && (
          <span class="note">
            {" "}
            {count(pages.rows.length)}
            {pages.hasMore ? "+" : ""}
          </span>
        )}
      </h3>
      {none ? (
        <p class="note">
          {run.status === "In Progress"
            ? "No log entries yet. What a script prints appears when the run ends; entries of korelogger appear as they are logged."
            : "This run has logged nothing."}
        </p>
      ) : pages.problem ? (
        <Failed problem={pages.problem} retry={pages.retry} />
      ) : !pages.value ? (
        <Loading what="log entries" />
      ) : (
        <>
          <ol class="entries">
            {pages.rows.map((entry) => {
              const id = entry.timestamp + entry.logId;
              return (
                <li key={id} class={levelOf(entry).word}>
                  <button
                    type="button"
                    aria-expanded={wide === id}
                    title={`${stamp(entry.timestamp)} · ${entry.logId}`}
                    onClick={() => setWide(wide === id ? null : id)}
                  >
                    <time dateTime={entry.timestamp}>{stamp(entry.timestamp).slice(11, 23)}</time>
                    <Level entry={entry} />
                    <bdi class="message">{entry.message}</bdi>
                  </button>
                  {wide === id && <EntryDetails entry={entry} />}
                </li>
              );
            })}
          </ol>
          {pages.hasMore && (
            <button type="button" class="button small" onClick={pages.more} disabled={pages.loadingMore}>
              Load more
            </button>
          )}
        </>
      )}
    </section>
  );
}

function EntryDetails({ entry }: { entry: Entry }) {
  return (
    <dl class="facts inner">
      <Fact title="Log ID">
        <span class="mono">{entry.logId}</span>
      </Fact>
      <Fact title="Timestamp">{stamp(entry.timestamp)}</Fact>
      {entry.errorCode && <Fact title="Error Code">{entry.errorCode}</Fact>}
      {entry.stackTrace && (
        <div class="whole">
          <dt>Stack Trace</dt>
          <dd>
            <pre class="stack">{entry.stackTrace.join("\n")}</pre>
          </dd>
        </div>
      )}
      <div class="whole">
        <a
          class="button small"
          href={address(
            {
              run: null,
              filter: null,
              entry: entryKey(entry),
              from: iso(Date.parse(entry.timestamp) - 6e5),
              to: iso(Date.parse(entry.timestamp) + 6e5),
            },
            "logs",
          )}
        >
          Show it among all log entries
        </a>
      </div>
    </dl>
  );
}
