// The deployments of a script: how each did in the range, and two of them side by side.
import { useEffect, useMemo } from "preact/hooks";
import { Curve } from "../charts/curve";
import { Figure } from "../charts/figure";
import { List, type Column } from "../components/list";
import { Empty, Failed, Loading } from "../components/parts";
import { address, go, implied, param } from "../state/address";
import type { Compared, Deployed, ErrorGroup, PatternChange, Verdict, Version } from "../state/api";
import { count, duration, NONE, percent, version } from "../state/format";
import { useAnswer } from "../state/query";
import { inRange, ofScript } from "../state/scope";
import { stamp } from "../state/time";
import { Nothing } from "./nothing";

/** A deployment in the address, and as the API takes it. */
function keyOf(one: Deployed): string {
  return one.deploymentVersion > 0 ? "v" + one.deploymentVersion : one.deploymentId;
}

/** One that is known by number or id; the deployment of runs that tell neither cannot be asked for. */
function isKnown(one: Deployed): boolean {
  return keyOf(one) !== "";
}

const COLUMNS: Column<Version>[] = [
  {
    name: "version",
    title: "Version",
    least: 110,
    rank: 0,
    cell: (one) => (
      <bdi title={one.deploymentId}>{isKnown(one) ? version(one.deploymentVersion, one.deploymentId) : "Unknown"}</bdi>
    ),
  },
  {
    name: "id",
    title: "Deployment ID",
    least: 160,
    rank: 6,
    cell: (one) => <bdi class="mono">{one.deploymentId || NONE}</bdi>,
  },
  {
    name: "first",
    title: "First run",
    least: 186,
    rank: 4,
    cell: (one) => (one.firstRun ? <time dateTime={one.firstRun}>{stamp(one.firstRun).slice(0, 19)}</time> : NONE),
  },
  { name: "runs", title: "Total runs", least: 90, share: 0.6, rank: 1, end: true, cell: (one) => count(one.totalRuns) },
  {
    name: "failure",
    title: "Failure rate",
    least: 100,
    share: 0.6,
    rank: 0,
    end: true,
    cell: (one) => percent(one.failureRate),
  },
  { name: "p50", title: "P50", least: 84, share: 0.6, rank: 3, end: true, cell: (one) => duration(one.p50) },
  { name: "p90", title: "P90", least: 84, share: 0.6, rank: 0, end: true, cell: (one) => duration(one.p90) },
  { name: "p99", title: "P99", least: 84, share: 0.6, rank: 2, end: true, cell: (one) => duration(one.p99) },
];

export function VersionsView() {
  const answer = useAnswer<{ versions: Version[] }>(inRange("versions"));
  // The newest first, as the API gives them.
  const versions = answer.value?.versions ?? [];
  const known = versions.filter(isKnown);
  const candidate = param("candidate") ?? (known[0] ? keyOf(known[0]) : null);
  const at = known.findIndex((one) => keyOf(one) === candidate);
  const before = known[at + 1];
  const baseline = param("baseline") ?? (at >= 0 && before ? keyOf(before) : null);
  useEffect(() => {
    implied.value = { candidate, baseline };
    return () => {
      implied.value = {};
    };
  }, [candidate, baseline]);
  return (
    <main class="scroll view" id="view">
      <h1 class="spoken">Versions</h1>
      {answer.problem ? (
        <Failed problem={answer.problem} retry={answer.retry} />
      ) : !answer.value ? (
        <Loading what="versions" />
      ) : versions.length === 0 ? (
        <Nothing what="runs" filtered={false} />
      ) : (
        <>
          <List
            label="Versions"
            columns={COLUMNS}
            rows={versions}
            keyOf={keyOf}
            openKey={candidate}
            onOpen={(one) => isKnown(one) && go({ candidate: keyOf(one), baseline: null })}
          />
          {candidate && (
            <section class="compare" aria-label="Comparison">
              <div class="compare-head">
                <Choice name="candidate" label="Compare" value={candidate} versions={known} />
                <Choice
                  name="baseline"
                  label="with"
                  value={baseline ?? ""}
                  versions={known.filter((one) => keyOf(one) !== candidate)}
                />
              </div>
              <VerdictOf candidate={candidate} />
              {baseline ? (
                <Comparison baseline={baseline} candidate={candidate} />
              ) : (
                <Empty title="There is no earlier version in this range">
                  <p>Choose a longer range, or a version to compare with.</p>
                </Empty>
              )}
            </section>
          )}
        </>
      )}
    </main>
  );
}

function Choice(props: { name: "baseline" | "candidate"; label: string; value: string; versions: Version[] }) {
  const names = props.versions.map(keyOf);
  return (
    <label class="choice">
      {props.label}
      <select value={props.value} onChange={(event) => go({ [props.name]: event.currentTarget.value })}>
        {!names.includes(props.value) && <option value={props.value}>{props.value || "Choose a version"}</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const VERDICTS = {
  pass: { title: "Not worse", class: "success" },
  worse: { title: "Worse", class: "failed" },
  inconclusive: { title: "Too early to say", class: "in-progress" },
};

function VerdictOf({ candidate }: { candidate: string }) {
  const answer = useAnswer<{ verdict: Verdict | null }>(ofScript(`versions/${encodeURIComponent(candidate)}/verdict`));
  const verdict = answer.value?.verdict;
  if (answer.problem) {
    return <Failed problem={answer.problem} retry={answer.retry} />;
  }
  if (!verdict) {
    return (
      <p class="verdict note" role="status">
        {answer.loading ? "Judging" : "There is no verdict"}
      </p>
    );
  }
  const compared = verdict.baselineVersion > 0 || verdict.baselineId !== "";
  const own = compared ? VERDICTS[verdict.verdict] : { title: "Nothing to compare with", class: "in-progress" };
  return (
    <div class={answer.loading ? "verdict waiting" : "verdict"}>
      <span class={"status " + own.class}>{own.title}</span>
      <span>
        <b>{version(verdict.candidateVersion, verdict.candidateId)}</b>
        {compared && (
          <>
            {" "}
            against <b>{version(verdict.baselineVersion, verdict.baselineId)}</b>, the version before it
          </>
        )}
      </span>
      <ul>
        {verdict.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </div>
  );
}

const TITLES: Record<string, string> = {
  total_runs: "Total runs",
  succeeded: "Succeeded",
  failed: "Failed",
  in_progress: "In progress",
  failure_rate: "Failure rate",
  p50: "Response time (P50)",
  p90: "Response time (P90)",
  p99: "Response time (P99)",
  "p99.9": "Response time (P99.9)",
  p999: "Response time (P99.9)",
};

function shownAs(row: Compared): (value: number | null) => string {
  return row.level !== null ? duration : row.metric === "failure_rate" ? percent : count;
}

function Comparison({ baseline, candidate }: { baseline: string; candidate: string }) {
  const answer = useAnswer<{ comparison: Compared[] }>(inRange("comparison", { baseline, candidate }));
  const rows = answer.value?.comparison ?? [];
  const points = useMemo(
    () =>
      rows
        .filter((row) => row.level !== null)
        .map((row) => ({ level: row.level!, baseline: row.baseline, candidate: row.candidate })),
    [answer.value],
  );
  if (answer.problem) {
    return <Failed problem={answer.problem} retry={answer.retry} />;
  }
  if (!answer.value) {
    return <Loading what="the comparison" />;
  }
  return (
    <>
      <div class={answer.loading ? "two waiting" : "two"} aria-busy={answer.loading}>
        <div class="figure-box padded">
          <table class="plain">
            <caption>Side by side</caption>
            <thead>
              <tr>
                <th scope="col">Metric</th>
                <th scope="col" class="right">
                  <bdi>{baseline}</bdi>
                </th>
                <th scope="col" class="right">
                  <bdi>{candidate}</bdi>
                </th>
                <th scope="col" class="right">
                  Difference
                </th>
              </tr>
            </thead>
            <tbody>
              {rows
                .filter((row) => TITLES[row.metric])
                .map((row) => (
                  <tr key={row.metric}>
                    <th scope="row">{TITLES[row.metric]}</th>
                    <td class="right">{shownAs(row)(row.baseline)}</td>
                    <td class="right">{shownAs(row)(row.candidate)}</td>
                    <td class="right">
                      <Difference row={row} />
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
        <Figure
          title="Response time from P1 to P99.9"
          legend={[
            { title: baseline, colour: "series-2" },
            { title: candidate, colour: "series-1" },
          ]}
          table={() => ({
            head: ["Percentile", baseline, candidate],
            rows: points.map((one) => ["P" + one.level, duration(one.baseline), duration(one.candidate)]),
          })}
        >
          <Curve
            label={`Percentiles of the response time of ${baseline} and ${candidate}`}
            height={250}
            points={points}
            names={[baseline, candidate]}
            colours={["series-2", "series-1"]}
          />
        </Figure>
      </div>
      <NewErrors candidate={candidate} />
      <Changes baseline={baseline} candidate={candidate} />
    </>
  );
}

function Difference({ row }: { row: Compared }) {
  if (row.difference === null) {
    return <>{NONE}</>;
  }
  const sign = row.difference > 0 ? "+" : row.difference < 0 ? "−" : "";
  const judged = row.level !== null || row.metric === "failure_rate";
  const tone = !judged || !row.significant || row.difference === 0 ? "" : row.difference > 0 ? "bad" : "good";
  const sure = row.pValue === null ? undefined : `p = ${row.pValue.toPrecision(2)}`;
  return (
    <span class={"change " + tone} title={sure}>
      {sign}
      {row.metric === "failure_rate"
        ? `${Math.abs(row.difference).toFixed(2)} pp`
        : shownAs(row)(Math.abs(row.difference))}
      {judged && !row.significant && row.difference !== 0 && <small>not significant</small>}
    </span>
  );
}

function NewErrors({ candidate }: { candidate: string }) {
  const answer = useAnswer<{ errors: ErrorGroup[] }>(inRange("errors"));
  const fresh = (answer.value?.errors ?? []).filter(
    (one) =>
      keyOf({ deploymentVersion: one.firstDeploymentVersion, deploymentId: one.firstDeploymentId }) === candidate,
  );
  return (
    <section class="figure-box padded" aria-label="New errors">
      <h2>
        Errors first seen in {candidate} <span class="note">within the range</span>
      </h2>
      {answer.problem ? (
        <Failed problem={answer.problem} retry={answer.retry} />
      ) : !answer.value ? (
        <Loading what="errors" />
      ) : fresh.length === 0 ? (
        <p class="note">None</p>
      ) : (
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">Error</th>
              <th scope="col" class="right">
                Count
              </th>
              <th scope="col" class="right">
                Runs
              </th>
            </tr>
          </thead>
          <tbody>
            {fresh.map((one) => (
              <tr key={one.errorGroup}>
                <td>
                  <a class="mono" href={address({ entry: one.errorGroup }, "errors")}>
                    <bdi>{one.error.split("\n", 1)[0]}</bdi>
                  </a>
                </td>
                <td class="right">{count(one.count)}</td>
                <td class="right">{count(one.runs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const CHANGES = { new: "New", gone: "Gone", more: "More", fewer: "Fewer" };

function Changes({ baseline, candidate }: { baseline: string; candidate: string }) {
  const answer = useAnswer<{ changes: PatternChange[] }>(inRange("patterns/changes", { baseline, candidate }));
  const changes = answer.value?.changes ?? [];
  return (
    <section class="figure-box padded" aria-label="Changed patterns">
      <h2>New and changed log patterns</h2>
      {answer.problem ? (
        <Failed problem={answer.problem} retry={answer.retry} />
      ) : !answer.value ? (
        <Loading what="patterns" />
      ) : changes.length === 0 ? (
        <p class="note">None</p>
      ) : (
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">Change</th>
              <th scope="col">Pattern</th>
              <th scope="col" class="right">
                per run in <bdi>{baseline}</bdi>
              </th>
              <th scope="col" class="right">
                per run in <bdi>{candidate}</bdi>
              </th>
            </tr>
          </thead>
          <tbody>
            {changes.map((one) => (
              <tr key={one.pattern}>
                <td>
                  <span class={"level " + (one.change === "new" ? "warn" : "")}>{CHANGES[one.change]}</span>
                </td>
                <td>
                  <a
                    class="mono"
                    href={address(
                      { filter: JSON.stringify({ column: "pattern", op: "equals", value: one.pattern }) },
                      "logs",
                    )}
                  >
                    <bdi>{one.template}</bdi>
                  </a>
                </td>
                <td class="right">{perRun(one.baselinePerRun)}</td>
                <td class="right">{perRun(one.candidatePerRun)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function perRun(value: number): string {
  return value === 0 ? NONE : value < 0.001 ? "< 0.001" : value.toFixed(3);
}
