// The menu of a cell: for or against its value, and copying it.
import { go } from "../state/address";
import { being, narrowed, type Scalar } from "../state/filter";
import type { Item } from "./popover";

const LONGEST = 40;

function brief(value: Scalar | null): string {
  const text = value === null || value === "" ? "empty" : String(value);
  return text.length > LONGEST ? text.slice(0, LONGEST) + "…" : text;
}

/** What the menu of a cell with a value offers. */
export function cellItems(column: string, value: Scalar | null): Item[] {
  return [
    { title: `Only ${brief(value)}`, choose: () => go({ filter: narrowed(being(column, value, true)) }) },
    { title: `Without ${brief(value)}`, choose: () => go({ filter: narrowed(being(column, value, false)) }) },
    ...(value === null || value === ""
      ? []
      : [{ title: "Copy", choose: () => void navigator.clipboard.writeText(String(value)) }]),
  ];
}
