// All log entries of a script in the range: how many by level, the list, and an entry among its neighbours beside it.
import { useMemo } from "preact/hooks";
import { Figure } from "../charts/figure";
import { colourOfLevel } from "../charts/scheme";
import { Bars, bucketsOf, type Series } from "../charts/time";
import { cellItems } from "../components/cells";
import { List } from "../components/list";
import { Failed, Loading } from "../components/parts";
import { go, param, withCharts } from "../state/address";
import type { Counted, Entry, LogPage } from "../state/api";
import { LEVELS } from "../state/filter";
import { count, short } from "../state/format";
import { useKeys } from "../state/keys";
import { useAnswer, usePages } from "../state/query";
import { inRange, ofScript, pagesOf } from "../state/scope";
import { iso, range, stepOf } from "../state/time";
import { entryKey, EntryPanel } from "./entry";
import { Offer, useArrivals } from "./arrivals";
import { shownColumns } from "./columns";
import { Facets } from "./facets";
import { FilterBar } from "./filterbar";
import { levelTitle } from "./level";
import { LOG_COLUMNS } from "./logcolumns";
import { Nothing } from "./nothing";
import { seriesTable } from "./runcharts";
import { Foot } from "./runs";

const PAGE = 200;

function timeOf(entry: Entry): string {
  return entry.timestamp;
}

export function LogsView() {
  const filter = param("filter");
  const order = param("order") === "asc" ? "asc" : "desc";
  const pages = usePages<LogPage, Entry>(pagesOf("logs", { filter, order, limit: PAGE }), (page) => page.logs);
  const volume = useVolume(filter);
  // A stream of entries knows no filter.
  const stream = order === "desc" && filter === null ? ofScript("live", { events: "logs" }) : null;
  const { rows, fresh, show } = useArrivals(stream, "log", pages.rows, entryKey, timeOf, true);
  const columns = useMemo(() => shownColumns(LOG_COLUMNS), [param("columns")]);
  const open = param("entry");
  const at = useMemo(() => rows.findIndex((entry) => entryKey(entry) === open), [rows, open]);
  const step = (by: number) => {
    const next = rows[at < 0 ? 0 : at + by];
    if (next) {
      go({ entry: entryKey(next) }, "logs", at >= 0);
    }
  };
  useKeys([
    { key: "j", title: "Next entry", press: () => step(1) },
    { key: "k", title: "Previous entry", press: () => step(-1) },
    { key: "Escape", title: "Close what is open at the side", press: () => go({ entry: null }) },
  ]);
  return (
    <div class={open ? "split with-side" : "split"}>
      <main class="scroll view" id="view">
        <h1 class="spoken">Logs</h1>
        <FilterBar />
        {withCharts.value && <Volume {...volume} />}
        <div class={param("facets") === "on" ? "with-facets" : ""}>
          {param("facets") === "on" && <Facets of="logs" />}
          {pages.problem ? (
            <Failed problem={pages.problem} retry={pages.retry} />
          ) : !pages.value ? (
            <Loading what="log entries" />
          ) : pages.rows.length === 0 ? (
            <Nothing what="log entries" filtered={filter !== null} />
          ) : (
            <div class={pages.loading ? "waiting" : ""} aria-busy={pages.loading}>
              <Offer fresh={fresh} show={show} what={["log entry", "log entries"]} />
              <List
                label="Log entries"
                columns={columns}
                rows={rows}
                keyOf={entryKey}
                total={pages.hasMore ? volume.total + 1 : pages.rows.length + 1}
                openKey={open}
                onOpen={(entry) => go({ entry: entryKey(entry) })}
                onEnd={pages.more}
                sort={{ name: "timestamp", descending: order === "desc" }}
                onSort={() => go({ order: order === "desc" ? "asc" : null })}
                menu={(entry, column) => (column.filter ? cellItems(column.filter, column.value(entry)) : [])}
                foot={<Foot loading={pages.loadingMore} problem={pages.moreProblem} more={pages.more} />}
              />
            </div>
          )}
        </div>
      </main>
      {open && (
        <EntryPanel
          id={open}
          entry={at >= 0 ? rows[at] : undefined}
          next={at >= 0 ? rows[at + 1] : undefined}
          previous={at > 0 ? rows[at - 1] : undefined}
        />
      )}
    </div>
  );
}

interface Volumes {
  series: Series[];
  total: number;
  step: number;
  loading: boolean;
}

function useVolume(filter: string | null): Volumes {
  const step = stepOf(range.value);
  const answer = useAnswer<{ volume: Counted[] }>(inRange("logs/volume", { by: "level", step, filter }));
  return useMemo(() => {
    const rows = answer.value?.volume ?? [];
    const times = bucketsOf(range.value, step);
    const series = LEVELS.map((level) => {
      const by = new Map(rows.filter((one) => one.value === level).map((one) => [Date.parse(one.bucket), one.count]));
      return { title: levelTitle(level), colour: colourOfLevel(level), values: times.map((time) => by.get(time) ?? 0) };
    });
    return { series, total: rows.reduce((sum, one) => sum + one.count, 0), step, loading: answer.loading };
  }, [answer.value, answer.loading, step]);
}

function Volume({ series, total, step, loading }: Volumes) {
  const occurring = series.filter((one) => one.values.some((value) => value !== 0));
  return (
    <Figure
      title={`Total logs ${count(total)}`}
      legend={occurring.map(({ title, colour, values }) => ({
        title: `${title} ${count(values.reduce<number>((sum, value) => sum + (value ?? 0), 0))}`,
        colour,
      }))}
      waiting={loading}
      table={() => seriesTable(series, step, count)}
    >
      <Bars
        label="Log entries by level over time"
        height={140}
        range={range.value}
        step={step}
        series={occurring}
        format={short}
        onSelect={({ from, to }) => go({ from: iso(Math.floor(from)), to: iso(Math.ceil(to)) })}
      />
    </Figure>
  );
}
