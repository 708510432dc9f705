// Questions to the API server, and what it answers (openapi.yaml).
import { computed, signal } from "@preact/signals";
import { isGiven } from "./address";

export interface Metrics {
  totalRuns: number;
  succeeded: number;
  failed: number;
  inProgress: number;
  failureRate: number | null;
  p50: number | null;
  p90: number | null;
  p99: number | null;
  avg: number | null;
  min: number | null;
  max: number | null;
}

export interface Deployed {
  deploymentVersion: number;
  deploymentId: string;
}

export interface Run extends Deployed {
  runId: string;
  status: "In Progress" | "Success" | "Failed" | "";
  responseTime: number | null;
  duration: number | null;
  function: string;
  executedOn: string;
  endedOn: string | null;
  sourceType: string;
  source: string;
  originalStatus: string;
  errorCode: string;
  errorMessage: string;
  errorGroup: string;
  traceId: string;
  memoryBytes: number | null;
  cpuMs: number | null;
  gpuPercent: number | null;
  coldStart: boolean | null;
  phases: Record<string, number>;
}

export interface RunRecord extends Omit<Run, "duration"> {
  account: string;
  script: string;
  input: unknown;
  output: unknown;
  errorStack: string;
  truncated: string[];
  redacted: string[];
  extra: unknown;
  previousRunId: string | null;
  nextRunId: string | null;
  onlyLogs: boolean;
}

export interface Entry extends Partial<Deployed> {
  timestamp: string;
  level: string;
  originalLevel?: string;
  message: string;
  jobId?: string;
  logId: string;
  function?: string;
  source?: string;
  pattern?: string;
  errorCode?: string;
  stackTrace?: string[];
  metadata?: unknown;
  [field: string]: unknown;
}

export interface Pagination {
  hasMore: boolean;
  nextCursor: string | null;
}

export interface RunPage {
  startTime: string;
  endTime: string;
  summary?: Metrics;
  runs: Run[];
  pagination: Pagination;
}

export interface LogPage {
  logs: Entry[];
  pagination: Pagination;
}

export interface Bucket extends Metrics, Deployed {
  bucket: string;
  firstRun: string | null;
}

export interface Cell {
  bucket: string;
  bucketEnd: string;
  durationFrom: number | null;
  durationTo: number | null;
  status: string;
  runs: number;
  runId: string | null;
  executedOn: string | null;
  duration: number | null;
}

export interface Counted {
  bucket: string;
  value: string | null;
  count: number;
}

export interface ErrorGroup {
  errorGroup: string;
  error: string;
  count: number;
  runs: number;
  runShare: number | null;
  firstOccurrence: string;
  lastOccurrence: string;
  firstDeploymentVersion: number;
  firstDeploymentId: string;
  lastDeploymentVersion: number;
  lastDeploymentId: string;
  lastMessage: string;
  lastRunId: string;
}

export interface Pattern {
  pattern: string;
  template: string;
  entries: number;
  runs: number;
  levels: Record<string, number>;
  firstTime: string;
  lastTime: string;
  firstDeploymentVersion: number;
  firstDeploymentId: string;
  share: number;
}

export interface PatternChange {
  pattern: string;
  template: string;
  change: "new" | "gone" | "more" | "fewer";
  baselineEntries: number;
  candidateEntries: number;
  baselinePerRun: number;
  candidatePerRun: number;
  pValue: number | null;
  significant: boolean;
}

export interface Version extends Metrics, Deployed {
  firstRun: string | null;
  firstMinute: string;
  lastMinute: string;
}

export interface Compared {
  metric: string;
  level: number | null;
  baseline: number | null;
  candidate: number | null;
  difference: number | null;
  ratio: number | null;
  pValue: number | null;
  significant: boolean | null;
}

export interface Verdict {
  verdict: "pass" | "worse" | "inconclusive";
  reasons: string[];
  candidateVersion: number;
  candidateId: string;
  baselineVersion: number;
  baselineId: string;
}

export interface Script {
  script: string;
  versions: number[];
  lastRun: string | null;
  lastEntry: string | null;
}

export interface Overview {
  script: string;
  totalRuns: number;
  failed: number;
  failureRate: number | null;
  p90: number | null;
  p99: number | null;
  lastRun: string;
}

export interface RejectedRecord {
  arrivedAt: string;
  account: string;
  reason: string;
  detail: string;
  bytes: string;
  resource: string;
  topic: string;
  kafkaPartition: number;
  kafkaOffset: number;
  item: number;
}

export interface Session {
  user: string;
  permissions: string[];
  accounts: string[];
  expiresAt: string | null;
}

/** Why there is no answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly word: string,
    message: string,
    readonly details: Record<string, unknown> = {},
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** Whether it ends without anyone here doing anything: the server or ClickHouse is away. */
  get passing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** Whether the browser has a session; unknown until the first answer. */
export const session = signal<"unknown" | "open" | "none" | "ended">("unknown");

/** Whether there is no session to ask with. */
export const loggedOut = computed(() => session.value === "none" || session.value === "ended");

export type Values = Record<string, string | number | boolean | null | undefined>;

/** The path of a route about a script; the script is a parameter because some proxies decode %2F in a path. */
export function route(path: string, values: Values = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (isGiven(name, value)) {
      query.set(name, String(value));
    }
  }
  const text = query.toString();
  return "/v2/" + path + (text ? "?" + text : "");
}

// An answer to what was asked before the last login says nothing about the session that it began.
let logins = 0;

/** Asks the API; a session that is missing or has ended shows the login. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const begun = logins;
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers: { Accept: "application/json", ...init.headers } });
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") {
      throw failure;
    }
    throw new Problem(0, "UNREACHABLE", "The server cannot be reached");
  }
  if (answer.ok) {
    // An answer that was on its way when the session ended does not open it again.
    if (session.peek() === "unknown") {
      session.value = "open";
    }
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
  const problem = await problemOf(answer);
  if (answer.status === 401 && begun === logins && init.method === undefined) {
    session.value = session.peek() === "open" || session.peek() === "ended" ? "ended" : "none";
  }
  throw problem;
}

async function problemOf(answer: Response): Promise<Problem> {
  const after = Number(answer.headers.get("Retry-After")) || null;
  try {
    const body = (await answer.json()) as { error: string; message: string; details: Record<string, unknown> };
    return new Problem(answer.status, body.error, body.message, body.details, after);
  } catch {
    return new Problem(answer.status, "FAILED", `The server answered with status ${answer.status}`, {}, after);
  }
}

/**
 * Begins a session.
 *
 * @param former the user whose view lies beneath the login; another one begins with a page of their own
 */
export async function logIn(key: string, former?: string): Promise<void> {
  const { user } = await ask<Session>("/v2/session", {
    method: "POST",
    body: JSON.stringify({ key }),
    headers: { "Content-Type": "application/json" },
  });
  if (former !== undefined && user !== former) {
    location.reload();
    return;
  }
  logins++;
  session.value = "open";
}

export async function logOut(): Promise<void> {
  await ask("/v2/session", { method: "DELETE" });
  session.value = "none";
}
