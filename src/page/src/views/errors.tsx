// The errors of a script in the range, by what is probably one error.
import { colourOfLevel } from "../charts/scheme";
import { Spark } from "../charts/spark";
import { bucketsOf } from "../charts/time";
import { List, type Column } from "../components/list";
import { Failed, Loading } from "../components/parts";
import { Side } from "../components/side";
import { address, go, param } from "../state/address";
import type { Counted, ErrorGroup } from "../state/api";
import { count, percent, version } from "../state/format";
import { useKeys } from "../state/keys";
import { useAnswer } from "../state/query";
import { inRange } from "../state/scope";
import { ago, now, range, stamp } from "../state/time";
import { Nothing } from "./nothing";

const SPARKS = 100;

/** How often each of some values occurs in 30 parts of the range. */
export function useSparks(path: string, by: string, values: string[]): Map<string, number[]> {
  const { from, to } = range.value;
  const step = Math.max(1, Math.ceil((to - from) / 30e3));
  const filter = JSON.stringify({ column: by, op: "in", value: values.slice(0, SPARKS) });
  const answer = useAnswer<{ volume: Counted[] }>(
    values.length > 0 ? inRange(path, { by, step, limit: SPARKS, filter }) : null,
  );
  const times = bucketsOf(range.value, step);
  const at = new Map(times.map((time, i) => [time, i]));
  const sparks = new Map<string, number[]>();
  for (const { bucket, value, count: rows } of answer.value?.volume ?? []) {
    if (value !== null) {
      const counts = sparks.get(value) ?? times.map(() => 0);
      const i = at.get(Date.parse(bucket));
      if (i !== undefined) {
        counts[i]! += rows;
      }
      sparks.set(value, counts);
    }
  }
  return sparks;
}

/** The first line of the last message, where the error is known by less, such as a code. */
function unsaid({ error, lastMessage }: ErrorGroup): string {
  const line = lastMessage.split("\n", 1)[0]!;
  return line === "" || error.includes(line) ? "" : line;
}

function columns(sparks: Map<string, number[]>): Column<ErrorGroup>[] {
  return [
    {
      name: "error",
      title: "Error",
      least: 240,
      share: 4,
      rank: 0,
      cell: (one) => (
        <bdi class="mono">
          {one.error.split("\n", 1)[0]} <span class="note">{unsaid(one)}</span>
        </bdi>
      ),
    },
    {
      name: "spark",
      title: "Over time",
      least: 130,
      share: 0.6,
      rank: 3,
      cell: (one) => {
        const values = sparks.get(one.errorGroup) ?? [];
        return <Spark values={values} colour={colourOfLevel("error")} label={`${count(one.count)} in the range`} />;
      },
    },
    { name: "count", title: "Count", least: 84, share: 0.2, rank: 1, end: true, cell: (one) => count(one.count) },
    {
      name: "runs",
      title: "Runs",
      tip: "Runs in which it occurred",
      least: 76,
      share: 0.2,
      rank: 2,
      end: true,
      cell: (one) => count(one.runs),
    },
    {
      name: "share",
      title: "Of all runs",
      least: 92,
      share: 0.2,
      rank: 4,
      end: true,
      cell: (one) => percent(one.runShare),
    },
    {
      name: "first",
      title: "First in",
      tip: "The deployment in which it occurred first within the range",
      least: 84,
      share: 0.2,
      rank: 5,
      cell: (one) => version(one.firstDeploymentVersion, one.firstDeploymentId),
    },
    {
      name: "lastIn",
      title: "Last in",
      least: 84,
      share: 0.2,
      rank: 6,
      cell: (one) => version(one.lastDeploymentVersion, one.lastDeploymentId),
    },
    {
      name: "last",
      title: "Last seen",
      least: 140,
      share: 0.3,
      rank: 4,
      cell: (one) => (
        <time dateTime={one.lastOccurrence} title={stamp(one.lastOccurrence)}>
          {ago(Date.parse(one.lastOccurrence), now.value)}
        </time>
      ),
    },
  ];
}

export function ErrorsView() {
  const answer = useAnswer<{ errors: ErrorGroup[] }>(inRange("errors"));
  const errors = answer.value?.errors ?? [];
  const groups = errors.map((one) => one.errorGroup);
  const ofRuns = useSparks("volume", "errorGroup", groups);
  const ofLogs = useSparks("logs/volume", "errorGroup", groups);
  const sparks = new Map([...ofLogs, ...ofRuns]);
  const open = param("entry");
  const at = errors.findIndex((one) => one.errorGroup === open);
  const step = (by: number) => {
    const next = errors[at < 0 ? 0 : at + by];
    if (next) {
      go({ entry: next.errorGroup }, "errors", at >= 0);
    }
  };
  useKeys([
    { key: "j", title: "Next error", press: () => step(1) },
    { key: "k", title: "Previous error", press: () => step(-1) },
    { key: "Escape", title: "Close what is open at the side", press: () => go({ entry: null }) },
  ]);
  const chosen = errors[at];
  return (
    <div class={chosen ? "split with-side" : "split"}>
      <main class="scroll view" id="view">
        <h1 class="spoken">Errors</h1>
        {answer.problem ? (
          <Failed problem={answer.problem} retry={answer.retry} />
        ) : !answer.value ? (
          <Loading what="errors" />
        ) : errors.length === 0 ? (
          <Nothing what="errors" filtered={false} />
        ) : (
          <div class={answer.loading ? "waiting" : ""} aria-busy={answer.loading}>
            <List
              label="Errors"
              columns={columns(sparks)}
              rows={errors}
              keyOf={(one) => one.errorGroup}
              openKey={open}
              onOpen={(one) => go({ entry: one.errorGroup })}
            />
          </div>
        )}
      </main>
      {chosen && <ErrorPanel error={chosen} />}
    </div>
  );
}

function ErrorPanel({ error }: { error: ErrorGroup }) {
  const filter = JSON.stringify({ column: "errorGroup", op: "equals", value: error.errorGroup });
  return (
    <Side
      label="Error"
      what="the error"
      id={error.errorGroup}
      head={
        <h2>
          <bdi>{error.error}</bdi>
        </h2>
      }
      onClose={() => go({ entry: null })}
    >
      <div class="row-of">
        <a class="button small" href={address({ filter, entry: null }, "runs")}>
          Runs that failed by it
        </a>
        <a class="button small" href={address({ filter, entry: null }, "logs")}>
          Its log entries
        </a>
      </div>
      <dl class="facts">
        <div>
          <dt>Count</dt>
          <dd>{count(error.count)}</dd>
        </div>
        <div>
          <dt>Runs</dt>
          <dd>
            {count(error.runs)}, {percent(error.runShare)} of all
          </dd>
        </div>
        <div>
          <dt>First seen</dt>
          <dd>
            {stamp(error.firstOccurrence)} in {version(error.firstDeploymentVersion, error.firstDeploymentId)}
          </dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd>
            {stamp(error.lastOccurrence)} in {version(error.lastDeploymentVersion, error.lastDeploymentId)}
          </dd>
        </div>
        {error.lastRunId && (
          <div>
            <dt>Last run</dt>
            <dd>
              <a class="mono" href={address({ run: error.lastRunId, entry: null, filter: null }, "runs")}>
                <bdi>{error.lastRunId}</bdi>
              </a>
            </dd>
          </div>
        )}
      </dl>
      <section>
        <h3>Last message</h3>
        <pre class="stack" tabIndex={0} aria-label="Last message">
          {error.lastMessage}
        </pre>
      </section>
    </Side>
  );
}
