// The frame of a chart: its title, its legend, and the table behind it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../components/parts";

export interface Table {
  head: string[];
  rows: string[][];
}

export interface Legend {
  title: string;
  colour: string;
}

// A table of more rows is an export.
const MOST_ROWS = 500;

export function Figure(props: {
  title: string;
  note?: ComponentChildren;
  legend?: Legend[];
  table: () => Table;
  tools?: ComponentChildren;
  waiting?: boolean;
  children: ComponentChildren;
}) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure class="figure-box" aria-label={props.title} aria-busy={props.waiting}>
      <figcaption>
        <span class="figure-title">{props.title}</span>
        {props.note && <span class="note">{props.note}</span>}
        <span class="space" />
        {!asTable && props.legend && (
          <span class="legends">
            {props.legend.map((one) => (
              <span key={one.title} class="legend">
                <svg viewBox="0 0 10 10" aria-hidden="true">
                  <rect width="10" height="10" rx="2" style={{ fill: `var(--${one.colour})` }} />
                </svg>
                <bdi>{one.title}</bdi>
              </span>
            ))}
          </span>
        )}
        {props.tools}
        <button
          type="button"
          class="icon-button"
          aria-pressed={asTable}
          aria-label={asTable ? `Show ${props.title} as a chart` : `Show ${props.title} as a table`}
          title={asTable ? "As a chart" : "As a table"}
          onClick={() => setAsTable(!asTable)}
        >
          <Icon name={asTable ? "chart" : "table"} />
        </button>
      </figcaption>
      <div class={props.waiting ? "figure-body waiting" : "figure-body"}>
        {asTable ? <Rows {...props.table()} label={props.title} /> : props.children}
      </div>
    </figure>
  );
}

function Rows({ head, rows, label }: Table & { label: string }) {
  return (
    <div class="figure-table" tabIndex={0} role="group" aria-label={`${label} as a table`}>
      <table class="plain">
        <thead>
          <tr>
            {head.map((one) => (
              <th key={one} scope="col">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((row, i) => (
            <tr key={i}>
              {row.map((cell, c) => (
                <td key={c}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && (
        <p class="note">
          The first {MOST_ROWS} of {rows.length} rows
        </p>
      )}
    </div>
  );
}
