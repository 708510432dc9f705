// Which columns a list has, and the menu in which they are chosen.
import { Popover } from "../components/popover";
import { Icon } from "../components/parts";
import type { Column } from "../components/list";
import { go, param } from "../state/address";
import type { Scalar } from "../state/filter";
import { NONE } from "../state/format";

/** A column whose values can be filtered for. */
export interface DataColumn<R> extends Column<R> {
  /** Its name in filters; empty where the API has no filter of it. */
  filter: string;
  value: (row: R) => Scalar | null;
  /** Only there where it is asked for. */
  optional?: boolean;
}

/** A column that is plain text, and only there where it is asked for. */
export function optional<R>(
  name: string,
  title: string,
  least: number,
  filter: string,
  value: (row: R) => Scalar | null,
  format: (value: never) => string = (text) => text || NONE,
): DataColumn<R> {
  return {
    name,
    title,
    least,
    share: 0.4,
    rank: 3,
    optional: true,
    filter,
    value,
    cell: (row) => <bdi>{format(value(row) as never)}</bdi>,
  };
}

/** The columns that the address names, or the usual ones. */
export function shownColumns<R>(all: DataColumn<R>[]): DataColumn<R>[] {
  const named = param("columns")?.split(",");
  const shown = all.filter((one) => (named ? named.includes(one.name) : !one.optional));
  return shown.length > 0 ? shown : all.filter((one) => !one.optional);
}

export function ColumnMenu<R>({ all }: { all: DataColumn<R>[] }) {
  const shown = shownColumns(all).map((one) => one.name);
  const usual = all.filter((one) => !one.optional).map((one) => one.name);
  const toggle = (name: string) => {
    const next = all
      .map((one) => one.name)
      .filter((one) => (one === name ? !shown.includes(one) : shown.includes(one)));
    go({ columns: next.join() === usual.join() ? null : next.join() });
  };
  return (
    <Popover
      title="Choose columns"
      class="button small"
      align="end"
      panelClass="columns"
      label={
        <>
          <Icon name="columns" />
          <span class="wide-only">Columns</span>
        </>
      }
    >
      {() => (
        <ul>
          {all.map((one) => (
            <li key={one.name}>
              <label class="check option">
                <input type="checkbox" checked={shown.includes(one.name)} onChange={() => toggle(one.name)} />
                {one.title}
              </label>
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}
