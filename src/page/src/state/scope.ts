// What a view is about: account, script and range, as parameters of the API.
import { computed } from "@preact/signals";
import { param } from "./address";
import { route, type Values } from "./api";
import { iso, range } from "./time";

export const account = computed(() => param("account"));

/** Empty for entries whose script is not known, null while none is chosen. */
export const script = computed(() => param("script"));

/** What the script is called; null while none is chosen. */
export const scriptTitle = computed(() => (script.value === "" ? "Without a script" : script.value));

/** The path of a route about the chosen script, or null while none is chosen. */
export function ofScript(path: string, values: Values = {}): string | null {
  return script.value !== null ? route(path, { account: account.value, script: script.value, ...values }) : null;
}

/** As ofScript, in the chosen range. */
export function inRange(path: string, values: Values = {}): string | null {
  const { from, to } = range.value;
  return ofScript(path, { startTime: iso(from), endTime: iso(to), ...values });
}

/** A page of a list in the chosen range. A cursor knows the range of the first page. */
export function pagesOf(path: string, values: Values): ((cursor: string | null) => string) | null {
  const first = inRange(path, values);
  return first === null ? null : (cursor) => (cursor === null ? first : ofScript(path, { ...values, cursor })!);
}
