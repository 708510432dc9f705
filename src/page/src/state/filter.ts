// Filters: the API's language as the address carries it, and the conditions that people read and change.
import { computed } from "@preact/signals";
import { go, param, tab, type Tab } from "./address";

export type Scalar = string | number | boolean;

export interface Leaf {
  column: string;
  op: string;
  value?: Scalar | Scalar[];
  ignoreCase?: boolean;
}

export type Node = Leaf | { and: Node[] } | { or: Node[] } | { not: Node };

export type Mode = "and" | "or";

/** The conditions of a filter: all of them, or any. */
export interface Group {
  mode: Mode;
  items: Node[];
}

export type Kind = "text" | "word" | "count" | "number" | "time" | "flag" | "list" | "json" | "map";

export interface Filterable {
  name: string;
  title: string;
  kind: Kind;
  /** Whether the API counts its values. */
  counted?: boolean;
}

const RUNS: Filterable[] = [
  { name: "runId", title: "Run ID", kind: "text" },
  { name: "status", title: "Status", kind: "word", counted: true },
  { name: "deploymentVersion", title: "Deployment Version", kind: "count", counted: true },
  { name: "responseTime", title: "Response Time (ms)", kind: "number" },
  { name: "function", title: "Function", kind: "text", counted: true },
  { name: "sourceType", title: "Source Type", kind: "text", counted: true },
  { name: "source", title: "Source", kind: "text", counted: true },
  { name: "duration", title: "Duration (ms)", kind: "number" },
  { name: "errorCode", title: "Error Code", kind: "text", counted: true },
  { name: "errorMessage", title: "Error Message", kind: "text", counted: true },
  { name: "errorStack", title: "Error Stack", kind: "text" },
  { name: "errorGroup", title: "Error Group", kind: "text" },
  { name: "deploymentId", title: "Deployment ID", kind: "text", counted: true },
  { name: "originalStatus", title: "Original Status", kind: "text", counted: true },
  { name: "input", title: "Input", kind: "json" },
  { name: "output", title: "Output", kind: "json" },
  { name: "phases", title: "Phase (ms)", kind: "map" },
  { name: "memoryBytes", title: "Memory (bytes)", kind: "number" },
  { name: "cpuMs", title: "CPU Time (ms)", kind: "number" },
  { name: "gpuPercent", title: "GPU (%)", kind: "number" },
  { name: "coldStart", title: "Cold Start", kind: "flag", counted: true },
  { name: "traceId", title: "Trace ID", kind: "text" },
  { name: "endedOn", title: "Ended On", kind: "time" },
];

const LOGS: Filterable[] = [
  { name: "logId", title: "Log ID", kind: "text" },
  { name: "logLevel", title: "Log Level", kind: "word", counted: true },
  // As the API has it: stdout counts as info, stderr as error.
  { name: "level", title: "Severity", kind: "word", counted: true },
  { name: "message", title: "Log Message", kind: "text" },
  { name: "jobId", title: "Run ID", kind: "text" },
  { name: "function", title: "Function", kind: "text", counted: true },
  { name: "source", title: "Source", kind: "text", counted: true },
  { name: "sourceType", title: "Source Type", kind: "text", counted: true },
  { name: "deploymentVersion", title: "Deployment Version", kind: "count", counted: true },
  { name: "deploymentId", title: "Deployment ID", kind: "text", counted: true },
  { name: "originalLevel", title: "Original Level", kind: "text", counted: true },
  { name: "pattern", title: "Pattern", kind: "text" },
  { name: "errorCode", title: "Error Code", kind: "text", counted: true },
  { name: "errorGroup", title: "Error Group", kind: "text" },
  { name: "stackTrace", title: "Stack Trace", kind: "text" },
  { name: "metadata", title: "Metadata", kind: "json" },
  { name: "requestId", title: "Request ID", kind: "text" },
  { name: "duration", title: "Duration (s)", kind: "number" },
  { name: "memoryBytes", title: "Memory (bytes)", kind: "number" },
  { name: "traceId", title: "Trace ID", kind: "text" },
  { name: "spanId", title: "Span ID", kind: "text" },
];

export function columnsOf(of: Tab): Filterable[] {
  return of === "logs" ? LOGS : RUNS;
}

export const LEVELS = ["debug", "info", "warn", "error", "fatal"];
/** With the captured output apart, as the column shows them. */
const LOG_LEVELS = ["Stdout", "Stderr", "Debug", "Info", "Warning", "Error", "Fatal"];
export const STATUSES = ["Success", "Failed", "In Progress"];

/** Values that are known without asking. */
export function wordsOf(column: string): string[] {
  return { status: STATUSES, level: LEVELS, logLevel: LOG_LEVELS, coldStart: ["true", "false"] }[column] ?? [];
}

const LABELS: Record<string, string> = {
  equals: "is",
  in: "is",
  not_equals: "is not",
  not_in: "is not",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  matches: "matches",
  not_matches: "does not match",
  greater: "is greater than",
  at_least: "is at least",
  less: "is less than",
  at_most: "is at most",
  empty: "is empty",
  not_empty: "is not empty",
};

export function labelOf(op: string): string {
  return LABELS[op] ?? op;
}

const OF_TEXT = [
  "equals",
  "not_equals",
  "contains",
  "not_contains",
  "starts_with",
  "matches",
  "not_matches",
  "empty",
  "not_empty",
];
const OF_ORDER = ["equals", "not_equals", "greater", "at_least", "less", "at_most", "empty", "not_empty"];

export function operatorsOf(kind: Kind): string[] {
  switch (kind) {
    case "word":
      return ["equals", "not_equals"];
    case "flag":
      return ["equals", "not_equals", "empty", "not_empty"];
    case "count":
    case "number":
    case "map":
      return OF_ORDER;
    case "time":
      return ["greater", "at_least", "less", "at_most", "empty", "not_empty"];
    case "list":
      return ["contains", "not_contains", "empty", "not_empty"];
    default:
      return OF_TEXT;
  }
}

export function takesNoValue(op: string): boolean {
  return op === "empty" || op === "not_empty";
}

/** Whether a condition may have several values. */
export function takesValues(op: string): boolean {
  return ["equals", "not_equals", "in", "not_in", "contains", "not_contains"].includes(op);
}

/** The column of a name, which may lead into an object: input.customer.plan. */
export function columnOf(name: string, of: Tab): Filterable | undefined {
  const all = columnsOf(of);
  const point = name.indexOf(".");
  const exact = all.find((one) => one.name === name);
  if (exact || point < 0) {
    return exact;
  }
  const whole = all.find((one) => one.name === name.slice(0, point));
  return whole && { ...whole, title: `${whole.title} ${name.slice(point + 1)}` };
}

function typed(text: string, kind: Kind): Scalar {
  if (
    (kind === "number" || kind === "count" || kind === "map") &&
    text.trim() !== "" &&
    Number.isFinite(Number(text))
  ) {
    return Number(text);
  }
  return kind === "flag" ? text === "true" : text;
}

// Some logs write the ids of traces and spans with 0x, which the job leaves out.
const HEXADECIMAL = ["traceId", "spanId"];

/** What is being edited: a condition with any number of values. */
export interface Draft {
  column: string;
  op: string;
  values: string[];
  ignoreCase: boolean;
}

export function draftOf(leaf: Leaf): Draft {
  const values = leaf.value === undefined ? [] : Array.isArray(leaf.value) ? leaf.value : [leaf.value];
  const op = { in: "equals", not_in: "not_equals" }[leaf.op] ?? leaf.op;
  return { column: leaf.column, op, values: values.map(String), ignoreCase: leaf.ignoreCase ?? false };
}

/** A condition as the API takes it; null while something is missing. */
export function nodeOf(draft: Draft, of: Tab): Node | null {
  const column = columnOf(draft.column, of);
  if (!column) {
    return null;
  }
  const base = { column: draft.column, ...(draft.ignoreCase && column.kind !== "number" ? { ignoreCase: true } : {}) };
  if (takesNoValue(draft.op)) {
    return { column: draft.column, op: draft.op };
  }
  const texts = HEXADECIMAL.includes(column.name) ? draft.values.map((one) => one.replace(/^0x/i, "")) : draft.values;
  const values = texts.map((one) => typed(one, column.kind));
  if (values.length === 0) {
    return null;
  }
  if (values.length === 1) {
    return { ...base, op: draft.op, value: values[0]! };
  }
  switch (draft.op) {
    case "equals":
      return { ...base, op: "in", value: values };
    case "not_equals":
      return { ...base, op: "not_in", value: values };
    case "not_contains":
      return { and: values.map((value) => ({ ...base, op: draft.op, value })) };
    default:
      return { or: values.map((value) => ({ ...base, op: draft.op, value })) };
  }
}

function isNode(value: unknown): value is Node {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  if ("and" in value) {
    return Array.isArray(value.and) && value.and.every(isNode);
  }
  if ("or" in value) {
    return Array.isArray(value.or) && value.or.every(isNode);
  }
  if ("not" in value) {
    return isNode(value.not);
  }
  return "column" in value && "op" in value && typeof value.column === "string" && typeof value.op === "string";
}

export function isLeaf(node: Node): node is Leaf {
  return "column" in node;
}

export function groupOf(node: Node | null): Group {
  if (node && "and" in node) {
    return { mode: "and", items: node.and };
  }
  if (node && "or" in node) {
    return { mode: "or", items: node.or };
  }
  return { mode: "and", items: node ? [node] : [] };
}

function textOf({ mode, items }: Group): string | null {
  if (items.length === 0) {
    return null;
  }
  return JSON.stringify(items.length === 1 ? items[0] : mode === "and" ? { and: items } : { or: items });
}

/** The filter of the address; unreadable where it is no filter, which the API then says, too. */
export const filter = computed<Group & { unreadable?: boolean }>(() => {
  const text = param("filter");
  if (!text) {
    return { mode: "and", items: [] };
  }
  try {
    const node: unknown = JSON.parse(text);
    if (isNode(node)) {
      return groupOf(node);
    }
  } catch {
    // Said below.
  }
  return { mode: "and", items: [], unreadable: true };
});

export function setFilter(next: Group): void {
  go({ filter: textOf(next) });
}

/** The filter with a further condition that has to hold, too. */
export function narrowed(node: Node): string | null {
  const { mode, items } = filter.value;
  if (items.some((one) => JSON.stringify(one) === JSON.stringify(node))) {
    return textOf({ mode, items });
  }
  const all: Node[] = mode === "or" && items.length > 1 ? [{ or: items }] : items;
  return textOf({ mode: "and", items: [...all, node] });
}

/** A condition that a value is, or is not, the one of a row. */
export function being(column: string, value: Scalar | null, wanted: boolean): Leaf {
  if (value === null || value === "") {
    return { column, op: wanted ? "empty" : "not_empty" };
  }
  return { column, op: wanted ? "equals" : "not_equals", value };
}

// Columns that runs and entries share, by their names in both.
const TO_LOGS: Record<string, string> = {
  runId: "jobId",
  function: "function",
  source: "source",
  sourceType: "sourceType",
  deploymentVersion: "deploymentVersion",
  deploymentId: "deploymentId",
  errorCode: "errorCode",
  errorGroup: "errorGroup",
  traceId: "traceId",
};
const TO_RUNS = Object.fromEntries(Object.entries(TO_LOGS).map(([one, other]) => [other, one]));

/** What of the filter makes sense on another tab: the conditions on columns that it has, too. */
export function filterFor(to: Tab): string | null {
  const logs = tab.value === "logs";
  if ((to === "logs") === logs) {
    return param("filter");
  }
  const names = logs ? TO_RUNS : TO_LOGS;
  const translate = (node: Node): Node | null => {
    if (isLeaf(node)) {
      const column = names[node.column];
      return column ? { ...node, column } : null;
    }
    if ("not" in node) {
      const inner = translate(node.not);
      return inner && { not: inner };
    }
    const group = groupOf(node);
    const items = group.items.map(translate);
    // Without one of its choices an "or" would say more than was meant.
    if (items.includes(null)) {
      return null;
    }
    return group.mode === "and" ? { and: items as Node[] } : { or: items as Node[] };
  };
  const { mode, items } = filter.value;
  const all = items.map(translate);
  const kept = all.filter((one) => one !== null);
  return mode === "or" && kept.length < all.length ? null : textOf({ mode, items: kept });
}

/** A condition in words. */
export function describe(node: Node, of: Tab): string {
  if (isLeaf(node)) {
    const title = columnOf(node.column, of)?.title ?? node.column;
    const values = draftOf(node).values;
    const value = takesNoValue(node.op) ? "" : " " + values.join(" or ");
    return `${title} ${labelOf(node.op)}${value}`;
  }
  if ("not" in node) {
    return `not (${describe(node.not, of)})`;
  }
  const { mode, items } = groupOf(node);
  return items.map((one) => (isLeaf(one) ? describe(one, of) : `(${describe(one, of)})`)).join(` ${mode} `);
}
