// All runs of a script in the range: figures, charts, and the list with the record of one run beside it.
import { useMemo } from "preact/hooks";
import { cellItems } from "../components/cells";
import { List } from "../components/list";
import { Failed, Loading } from "../components/parts";
import { go, param, withCharts } from "../state/address";
import type { Run, RunPage } from "../state/api";
import { useKeys } from "../state/keys";
import { usePages } from "../state/query";
import { ofScript, pagesOf } from "../state/scope";
import { Offer, useArrivals } from "./arrivals";
import { shownColumns } from "./columns";
import { Facets } from "./facets";
import { FilterBar } from "./filterbar";
import { Nothing } from "./nothing";
import { MetricsRow, useMetrics } from "./metrics";
import { Record } from "./record";
import { RunCharts } from "./runcharts";
import { RUN_COLUMNS } from "./runcolumns";

const PAGE = 200;

function idOf(run: Run): string {
  return run.runId;
}

function startOf(run: Run): string {
  return run.executedOn;
}

export function RunsView() {
  const filter = param("filter");
  const sort = param("sort") ?? "executedOn";
  const descending = param("order") !== "asc";
  const path = pagesOf("runs", { filter, sort: param("sort"), order: param("order"), limit: PAGE });
  const pages = usePages<RunPage, Run>(path, (page) => page.runs);
  const metrics = useMetrics();
  const newestFirst = sort === "executedOn" && descending;
  const stream = newestFirst ? ofScript("live", { filter }) : null;
  const { rows, fresh, show } = useArrivals(stream, "run", pages.rows, idOf, startOf, false);
  const columns = useMemo(() => shownColumns(RUN_COLUMNS), [param("columns")]);
  const open = param("run");
  const at = useMemo(() => rows.findIndex((run) => run.runId === open), [rows, open]);

  const step = (by: number) => {
    const next = rows[at + by];
    if (at < 0 && !open && rows[0]) {
      go({ run: rows[0].runId });
    } else if (at >= 0 && next) {
      go({ run: next.runId }, "runs", true);
      if (at + by > rows.length - 20) {
        pages.more();
      }
    }
  };
  useKeys([
    { key: "j", title: "Next run", press: () => step(1) },
    { key: "k", title: "Previous run", press: () => step(-1) },
    { key: "Escape", title: "Close what is open at the side", press: () => go({ run: null }) },
  ]);

  const sortBy = (name: string) => {
    const turned = name === sort && descending;
    go({ sort: name === "executedOn" ? null : name, order: turned ? "asc" : null });
  };
  return (
    <div class={open ? "split with-side" : "split"}>
      <main class="scroll view" id="view">
        <h1 class="spoken">All Runs</h1>
        <FilterBar />
        <MetricsRow metrics={metrics} />
        {withCharts.value && <RunCharts />}
        <div class={param("facets") === "on" ? "with-facets" : ""}>
          {param("facets") === "on" && <Facets of="runs" />}
          {pages.problem ? (
            <Failed problem={pages.problem} retry={pages.retry} />
          ) : !pages.value ? (
            <Loading what="runs" />
          ) : pages.rows.length === 0 ? (
            <Nothing what="runs" filtered={filter !== null} />
          ) : (
            <div class={pages.loading ? "waiting" : ""} aria-busy={pages.loading}>
              <Offer fresh={fresh} show={show} what={["run", "runs"]} />
              <List
                label="Runs"
                columns={columns}
                rows={rows}
                keyOf={idOf}
                total={pages.hasMore ? metrics.value && metrics.value.totalRuns + 1 : pages.rows.length + 1}
                openKey={open}
                onOpen={(run) => go({ run: run.runId })}
                onEnd={pages.more}
                sort={{ name: sort, descending }}
                onSort={sortBy}
                menu={(run, column) => (column.filter ? cellItems(column.filter, column.value(run)) : [])}
                foot={<Foot loading={pages.loadingMore} problem={pages.moreProblem} more={pages.more} />}
              />
            </div>
          )}
        </div>
      </main>
      {open && (
        <Record
          key="record"
          runId={open}
          next={at >= 0 ? rows[at + 1]?.runId : undefined}
          previous={at > 0 ? rows[at - 1]?.runId : undefined}
          listed={at >= 0}
        />
      )}
    </div>
  );
}

export function Foot(props: { loading: boolean; problem: Error | undefined; more: () => void }) {
  if (props.problem) {
    return (
      <p class="foot" role="alert">
        {props.problem.message}{" "}
        <button type="button" class="button small" onClick={props.more}>
          Try again
        </button>
      </p>
    );
  }
  return (
    <p class="foot note" role="status">
      {props.loading ? "Loading more" : ""}
    </p>
  );
}
