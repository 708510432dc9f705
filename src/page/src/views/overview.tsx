// How the scripts of an account did in the range, and the choice of one.
import { List, type Column } from "../components/list";
import { Empty, Failed, Loading, Notice } from "../components/parts";
import { address, go, param } from "../state/address";
import { route, type LogPage, type Overview } from "../state/api";
import { count, duration, percent } from "../state/format";
import { useAnswer, useMay } from "../state/query";
import { account } from "../state/scope";
import { ago, iso, now, range, rangeTitle } from "../state/time";
import { FORGET, ScriptOptions } from "./header";
import { RejectedNotice } from "./rejected";

const MINUTE = 60e3;

const COLUMNS: Column<Overview>[] = [
  {
    name: "script",
    title: "Script",
    least: 140,
    share: 3,
    rank: 0,
    sortable: true,
    cell: (one) => <bdi>{one.script}</bdi>,
  },
  {
    name: "totalRuns",
    title: "Total runs",
    least: 100,
    rank: 2,
    end: true,
    sortable: true,
    cell: (one) => count(one.totalRuns),
  },
  {
    name: "failed",
    title: "Failed",
    least: 84,
    rank: 1,
    end: true,
    sortable: true,
    cell: (one) => <Failures of={one} />,
  },
  {
    name: "failureRate",
    title: "Failure rate",
    least: 110,
    rank: 0,
    end: true,
    sortable: true,
    cell: (one) => percent(one.failureRate),
  },
  { name: "p90", title: "P90", least: 90, rank: 3, end: true, sortable: true, cell: (one) => duration(one.p90) },
  { name: "p99", title: "P99", least: 90, rank: 4, end: true, sortable: true, cell: (one) => duration(one.p99) },
  {
    name: "lastRun",
    title: "Last run",
    tip: "The minute in which it started",
    least: 140,
    rank: 5,
    sortable: true,
    cell: (one) => <time dateTime={one.lastRun}>{ago(Date.parse(one.lastRun), now.value)}</time>,
  },
];

/** Leads to the errors of a script. */
function Failures({ of }: { of: Overview }) {
  const patch = { script: of.script, sort: null, order: null };
  return of.failed === 0 ? (
    <>{count(0)}</>
  ) : (
    <a
      href={address(patch, "errors")}
      tabIndex={-1}
      title={`Errors of ${of.script}`}
      onClick={(event) => {
        // A row that is clicked leads to its runs.
        event.stopPropagation();
        if (!(event.metaKey || event.ctrlKey || event.shiftKey)) {
          event.preventDefault();
          go(patch, "errors");
        }
      }}
    >
      {count(of.failed)}
    </a>
  );
}

/** Says that there are log entries whose script is not known, a minute after they came: their run may name it yet. */
function WithoutScript() {
  const may = useMay("logs:read");
  const { from, to } = range.value;
  const answer = useAnswer<LogPage>(
    may
      ? route("logs", {
          account: account.value,
          script: "",
          startTime: iso(from),
          endTime: iso(to - MINUTE),
          order: "desc",
          limit: 1,
        })
      : null,
  );
  const last = answer.value?.logs[0];
  return last ? (
    <Notice
      title="Some log entries belong to no known script."
      at={last.timestamp}
      text={last.message}
      href={address({ ...FORGET, script: "", columns: null }, "logs")}
      action="Show the entries"
    />
  ) : null;
}

export function OverviewView() {
  const sort = param("sort") ?? "failed";
  const descending = param("order") !== "asc";
  const { from, to } = range.value;
  const answer = useAnswer<{ scripts: Overview[] }>(
    route("overview", {
      account: account.value,
      startTime: iso(from),
      endTime: iso(to),
      sort: param("sort"),
      order: param("order"),
    }),
  );
  const choose = (script: string) => go({ script, sort: null, order: null });
  return (
    <main class="scroll view" id="view">
      <div class="overview">
        <section class="figure-box padded" aria-labelledby="choose-script">
          <h1 id="choose-script">Choose a script</h1>
          <ScriptOptions choose={choose} first />
          <RejectedNotice />
          <WithoutScript />
        </section>
        <section aria-labelledby="ran-title">
          <h2 id="ran-title">
            Scripts that ran <span class="note">{rangeTitle.value}</span>
          </h2>
          {answer.problem ? (
            <Failed problem={answer.problem} retry={answer.retry} />
          ) : !answer.value ? (
            <Loading what="scripts" />
          ) : answer.value.scripts.length === 0 ? (
            <Empty title="No script ran in this range" />
          ) : (
            <div class={answer.loading ? "waiting" : ""} aria-busy={answer.loading}>
              <List
                label="Scripts"
                columns={COLUMNS}
                rows={answer.value.scripts}
                keyOf={(one) => one.script}
                onOpen={(one) => choose(one.script)}
                sort={{ name: sort, descending }}
                onSort={(name) =>
                  go({ sort: name === "failed" ? null : name, order: name === sort && descending ? "asc" : null })
                }
              />
            </div>
          )}
        </section>
      </div>
    </main>
  );
}
