// The conditions of the filter, and the panel in which one is made or changed.
import { useMemo, useRef, useState } from "preact/hooks";
import { Chooser, Popover } from "../components/popover";
import { Icon, Segments } from "../components/parts";
import { go, param, tab, toggleCharts, withCharts } from "../state/address";
import {
  columnOf,
  columnsOf,
  describe,
  draftOf,
  filter,
  groupOf,
  isLeaf,
  labelOf,
  nodeOf,
  operatorsOf,
  setFilter,
  takesNoValue,
  takesValues,
  wordsOf,
  type Draft,
  type Mode,
  type Node,
} from "../state/filter";
import { short } from "../state/format";
import { useKeys } from "../state/keys";
import { useAnswer } from "../state/query";
import { inRange } from "../state/scope";
import { ColumnMenu } from "./columns";
import { ExportMenu } from "./export";
import { LOG_COLUMNS } from "./logcolumns";
import { RUN_COLUMNS } from "./runcolumns";

/** The tools at the right of the tabs. */
export function FilterTools({ charts }: { charts: boolean }) {
  const opener = useRef<(() => void) | null>(null);
  const withFacets = param("facets") === "on";
  useKeys([
    { key: "f", title: "Add a filter", press: () => opener.current?.() },
    { key: "v", title: "Show the values of columns", press: () => go({ facets: withFacets ? null : "on" }) },
    ...(charts ? [{ key: "c", title: "Show or hide the charts", press: toggleCharts }] : []),
  ]);
  return (
    <>
      {charts && (
        <button
          type="button"
          class="button small"
          aria-pressed={withCharts.value}
          title="Show or hide the charts (C)"
          onClick={toggleCharts}
        >
          <Icon name="chart" />
          <span class="wide-only">Charts</span>
        </button>
      )}
      <button
        type="button"
        class="button small"
        aria-pressed={withFacets}
        title="Values of columns, and how often they occur (V)"
        onClick={() => go({ facets: withFacets ? null : "on" })}
      >
        <Icon name="side" />
        <span class="wide-only">Values</span>
      </button>
      {tab.value === "logs" ? <ColumnMenu all={LOG_COLUMNS} /> : <ColumnMenu all={RUN_COLUMNS} />}
      <ExportMenu of={tab.value === "logs" ? "logs" : "runs"} />
      <Popover
        title="Add a filter (F)"
        align="end"
        class="button small"
        panelClass="editor"
        caret={false}
        opener={opener}
        label={
          <>
            <Icon name="plus" />
            <span>Filter</span>
          </>
        }
      >
        {(close) => (
          <Editor
            node={null}
            close={close}
            apply={(node) => {
              const { mode, items } = filter.value;
              setFilter({ mode, items: [...items, node] });
            }}
          />
        )}
      </Popover>
    </>
  );
}

/** The conditions as they stand; none takes no room. */
export function FilterBar() {
  const { mode, items, unreadable } = filter.value;
  if (items.length === 0 && !unreadable) {
    return null;
  }
  const replace = (at: number, node: Node | null) => {
    const next = node ? items.with(at, node) : items.toSpliced(at, 1);
    setFilter({ mode, items: next });
  };
  return (
    <div class="filters" role="group" aria-label="Filters">
      <Icon name="filter" />
      {unreadable && <span class="error">The filter in the address cannot be read</span>}
      {items.map((node, at) => (
        <span class="filter-item" key={JSON.stringify(node)}>
          {at > 0 && (
            <button
              type="button"
              class="joint"
              title={mode === "and" ? "All must hold; change to any" : "Any may hold; change to all"}
              onClick={() => setFilter({ mode: mode === "and" ? "or" : "and", items })}
            >
              {mode === "and" ? "AND" : "OR"}
            </button>
          )}
          <span class="chip">
            <Popover
              title="Change this filter"
              class="chip-text"
              panelClass="editor"
              caret={false}
              label={<bdi>{describe(node, tab.value)}</bdi>}
            >
              {(close) => <Editor node={node} close={close} apply={(next) => replace(at, next)} />}
            </Popover>
            <button
              type="button"
              class="icon-button"
              aria-label={`Remove the filter: ${describe(node, tab.value)}`}
              onClick={() => replace(at, null)}
            >
              <Icon name="close" />
            </button>
          </span>
        </span>
      ))}
      <button type="button" class="button small quiet" onClick={() => go({ filter: null })}>
        Clear
      </button>
    </div>
  );
}

const FRESH: Draft = { column: "", op: "equals", values: [], ignoreCase: false };

/** The conditions of a node that can be edited one by one; null where it is nested deeper. */
function draftsOf(node: Node | null): { mode: Mode; drafts: Draft[] } | null {
  if (!node) {
    return { mode: "and", drafts: [FRESH] };
  }
  if (isLeaf(node)) {
    return { mode: "and", drafts: [draftOf(node)] };
  }
  const { mode, items } = groupOf(node);
  return "not" in node || !items.every(isLeaf) ? null : { mode, drafts: items.map((one) => draftOf(one)) };
}

function Editor({ node, close, apply }: { node: Node | null; close: () => void; apply: (node: Node) => void }) {
  const first = useMemo(() => draftsOf(node), [node]);
  const [mode, setMode] = useState<Mode>(first?.mode ?? "and");
  const [drafts, setDrafts] = useState<Draft[]>(first?.drafts ?? []);
  const [text, setText] = useState(first ? "" : JSON.stringify(node, null, 2));
  const pending = useRef<(string | null)[]>([]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!first) {
      try {
        apply(JSON.parse(text) as Node);
        close();
      } catch {
        // The field stays as it is until it is JSON.
      }
      return;
    }
    // What was typed and not yet added counts, too.
    const whole = drafts.map((draft, i) =>
      pending.current[i] ? { ...draft, values: [...draft.values, pending.current[i]!] } : draft,
    );
    const nodes = whole.map((draft) => nodeOf(draft, tab.value));
    if (nodes.every((one) => one !== null) && nodes.length > 0) {
      apply(nodes.length === 1 ? nodes[0]! : mode === "and" ? { and: nodes } : { or: nodes });
      close();
    }
  };
  return (
    <form onSubmit={submit} class="conditions">
      {first ? (
        <>
          {drafts.map((draft, i) => (
            <ConditionFields
              key={i}
              draft={draft}
              change={(next) => setDrafts(drafts.with(i, next))}
              pending={(typed) => {
                pending.current[i] = typed;
              }}
              remove={drafts.length > 1 ? () => setDrafts(drafts.toSpliced(i, 1)) : null}
            />
          ))}
          <div class="row-of">
            <button type="button" class="button small" onClick={() => setDrafts([...drafts, FRESH])}>
              <Icon name="plus" /> Condition
            </button>
            {drafts.length > 1 && (
              <Segments
                label="How the conditions are combined"
                value={mode}
                choices={[
                  { value: "and", title: "All (AND)" },
                  { value: "or", title: "Any (OR)" },
                ]}
                onChange={setMode}
              />
            )}
          </div>
        </>
      ) : (
        <label>
          Filter as JSON
          <textarea rows={8} class="mono" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
      )}
      <div class="row-of end">
        <button type="button" class="button small quiet" onClick={close}>
          Cancel
        </button>
        <button type="submit" class="button small primary">
          Apply
        </button>
      </div>
    </form>
  );
}

function ConditionFields(props: {
  draft: Draft;
  change: (draft: Draft) => void;
  pending: (typed: string | null) => void;
  remove: (() => void) | null;
}) {
  const { draft, change } = props;
  const [name, path] = split(draft.column);
  const column = columnOf(draft.column, tab.value);
  const leadsInto = column?.kind === "json" || column?.kind === "map";
  const operators = operatorsOf(column?.kind ?? "text");
  return (
    <fieldset class="condition">
      <legend class="spoken">Condition</legend>
      <div class="row-of">
        <select
          aria-label="Column"
          data-first=""
          value={name}
          onChange={(event) => {
            const next = event.currentTarget.value;
            const kind = columnOf(next, tab.value)?.kind ?? "text";
            const op = operatorsOf(kind).includes(draft.op) ? draft.op : operatorsOf(kind)[0]!;
            change({ ...draft, column: next, op, values: [] });
          }}
        >
          <option value="" disabled>
            Column
          </option>
          {columnsOf(tab.value).map((one) => (
            <option key={one.name} value={one.name}>
              {one.title}
            </option>
          ))}
        </select>
        {leadsInto && (
          <input
            type="text"
            aria-label="Path within the column"
            placeholder={column.kind === "map" ? "name" : "path.in.it"}
            value={path}
            onInput={(event) =>
              change({ ...draft, column: event.currentTarget.value ? `${name}.${event.currentTarget.value}` : name })
            }
          />
        )}
        <select
          aria-label="Operator"
          value={draft.op}
          onChange={(event) =>
            change({
              ...draft,
              op: event.currentTarget.value,
              values: takesNoValue(event.currentTarget.value) ? [] : draft.values,
            })
          }
        >
          {operators.map((op) => (
            <option key={op} value={op}>
              {labelOf(op)}
            </option>
          ))}
        </select>
        {props.remove && (
          <button type="button" class="icon-button" aria-label="Remove the condition" onClick={props.remove}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {draft.column && !takesNoValue(draft.op) && <ValueField draft={draft} change={change} pending={props.pending} />}
      {draft.column && (column?.kind === "text" || column?.kind === "json") && !takesNoValue(draft.op) && (
        <label class="check">
          <input
            type="checkbox"
            checked={draft.ignoreCase}
            onChange={(event) => change({ ...draft, ignoreCase: event.currentTarget.checked })}
          />
          Ignore case
        </label>
      )}
    </fieldset>
  );
}

function split(column: string): [string, string] {
  const point = column.indexOf(".");
  return point < 0 ? [column, ""] : [column.slice(0, point), column.slice(point + 1)];
}

/** The values of a condition. Tab adds what is typed, and so does choosing one that occurs. */
function ValueField({
  draft,
  change,
  pending,
}: {
  draft: Draft;
  change: (draft: Draft) => void;
  pending: (typed: string | null) => void;
}) {
  const [typed, setTyped] = useState("");
  const column = columnOf(draft.column, tab.value);
  const counted = column?.counted ?? false;
  const path = tab.value === "logs" ? "logs/facets" : "facets";
  const answer = useAnswer<{ facets: Record<string, { value: string; count: number }[]> }>(
    counted ? inRange(path, { columns: draft.column, limit: 100 }) : null,
  );
  const many = takesValues(draft.op);
  const type = (text: string) => {
    setTyped(text);
    pending(text === "" ? null : text);
  };
  const add = (value: string) => {
    if (value !== "" && !draft.values.includes(value)) {
      change({ ...draft, values: many ? [...draft.values, value] : [value] });
    }
    type("");
  };
  const occurring = answer.value?.facets[draft.column] ?? [];
  const words = wordsOf(draft.column).map((value) => ({
    value,
    count: occurring.find((one) => one.value === value)?.count ?? 0,
  }));
  const options = (words.length > 0 ? words : occurring).filter(
    (one) =>
      one.value !== "" && !draft.values.includes(one.value) && one.value.toLowerCase().includes(typed.toLowerCase()),
  );
  return (
    <div
      onKeyDown={(event) => {
        // Enter with nothing typed applies the filter instead of choosing a value.
        const own = event.target instanceof HTMLInputElement;
        if (own && event.key === "Tab" && !event.shiftKey && typed !== "" && many) {
          event.preventDefault();
          add(typed);
        } else if (own && event.key === "Backspace" && typed === "" && draft.values.length > 0) {
          change({ ...draft, values: draft.values.slice(0, -1) });
        }
      }}
    >
      {draft.values.length > 0 && (
        <ul class="values" aria-label="Values">
          {draft.values.map((value) => (
            <li key={value} class="chip">
              <bdi>{value}</bdi>
              <button
                type="button"
                class="icon-button"
                aria-label={`Remove the value ${value}`}
                onClick={() => change({ ...draft, values: draft.values.filter((one) => one !== value) })}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {counted ? (
        <Chooser
          label={many ? "Value; Tab adds it" : "Value"}
          options={options.map((one) => ({ value: one.value, note: short(one.count) }))}
          typed={typed}
          onType={type}
          onChoose={add}
          loading={answer.loading}
          none={typed ? "It does not occur in this range; Tab adds it" : "No values in this range"}
        />
      ) : (
        <input
          type="text"
          aria-label={many ? "Value; Tab adds it" : "Value"}
          placeholder={many ? "Value; Tab adds it" : "Value"}
          inputMode={column?.kind === "number" || column?.kind === "map" ? "decimal" : "text"}
          value={typed}
          onInput={(event) => type(event.currentTarget.value)}
        />
      )}
    </div>
  );
}
