// Answers by the address that was asked, kept for a while: Back shows a view at once, and two parts of a view that ask
// the same share one request.
import { effect, signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask, loggedOut, Problem, route, type Session } from "./api";

const MOST_KEPT = 60;

// Milliseconds until a server that was away is asked again; it is twice as long after each time.
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

/** Counted up to ask again for everything that is shown. */
const generation = signal(0);

/** Asks again for one path, wherever it is shown. */
export function renewAnswer(path: string): void {
  kept.delete(path);
  generation.value++;
}

interface Kept {
  answer: Promise<unknown>;
  value?: unknown;
  waiting: number;
  abort: AbortController;
}

const kept = new Map<string, Kept>();

// What one user was answered is not for the next.
effect(() => {
  if (loggedOut.value) {
    kept.clear();
  }
});

export function refresh(): void {
  kept.clear();
  generation.value++;
}

// What is asked first has ClickHouse for itself, so that rows do not wait for charts. A slow list does not hold up all else.
const LONGEST_TURN = 1000;
let asked = 0;
let waiters: (() => void)[] = [];

/** Asks at once for what comes first, and for the rest when that is answered. */
async function inTurn(path: string, first: boolean, signal: AbortSignal): Promise<unknown> {
  if (first) {
    asked++;
    try {
      return await ask(path, { signal });
    } finally {
      asked--;
      if (asked === 0) {
        waiters.forEach((go) => go());
        waiters = [];
      }
    }
  }
  // What is drawn together asks together; a list may be the last to do so.
  await null;
  if (asked > 0) {
    await new Promise<void>((go) => {
      waiters.push(go);
      setTimeout(go, LONGEST_TURN);
    });
  }
  return ask(path, { signal });
}

function begin(path: string, first: boolean): Kept {
  const abort = new AbortController();
  const one: Kept = { answer: inTurn(path, first, abort.signal), waiting: 0, abort };
  one.answer.then(
    (value) => {
      one.value = value;
    },
    () => {
      if (kept.get(path) === one) {
        kept.delete(path);
      }
    },
  );
  kept.set(path, one);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) {
      break;
    }
    kept.delete(oldest);
  }
  return one;
}

/** What is known of an answer. The former value stays until the next one is there, so that nothing jumps. */
export interface Answer<T> {
  value?: T;
  problem?: Problem;
  loading: boolean;
  retry: () => void;
}

/**
 * Asks for a path whenever it changes; null asks for nothing. A question that no one waits for any more is ended.
 *
 * @param comesFirst whether other questions wait for this one
 */
export function useAnswer<T>(path: string | null, comesFirst = false): Answer<T> {
  const [, draw] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const state = useRef<{ path: string | null; value?: T; problem?: Problem; loading: boolean; pause: number }>({
    path: null,
    loading: false,
    pause: 0,
  });
  const current = generation.value;
  const out = loggedOut.value;
  useEffect(() => {
    const own = state.current;
    own.path = path;
    // Without a session nothing is asked, and what was known lies beneath the login.
    if (path === null || out) {
      if (path === null) {
        own.value = undefined;
      }
      own.problem = undefined;
      own.loading = false;
      draw((n) => n + 1);
      return undefined;
    }
    const question = kept.get(path) ?? begin(path, comesFirst);
    question.waiting++;
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    own.loading = question.value === undefined;
    // What is asked again by itself says so until there is an answer.
    if (own.pause === 0 || own.problem?.passing !== true) {
      own.problem = undefined;
    }
    if (!own.loading) {
      own.value = question.value as T;
    }
    draw((n) => n + 1);
    question.answer.then(
      (value) => {
        if (!left) {
          Object.assign(own, { value: value as T, problem: undefined, loading: false, pause: 0 });
          draw((n) => n + 1);
        }
      },
      (failure: unknown) => {
        if (!left && !(failure instanceof Problem && failure.status === 401)) {
          const problem = failure instanceof Problem ? failure : new Problem(0, "FAILED", String(failure));
          const pause = problem.passing ? Math.min(2 * own.pause || FIRST_PAUSE, LONGEST_PAUSE) : 0;
          Object.assign(own, { value: undefined, problem, loading: false, pause });
          if (pause > 0) {
            timer = setTimeout(() => setAttempt((n) => n + 1), Math.max(pause, 1000 * (problem.retryAfter ?? 0)));
          }
          draw((n) => n + 1);
        }
      },
    );
    return () => {
      left = true;
      clearTimeout(timer);
      question.waiting--;
      if (question.waiting === 0 && question.value === undefined) {
        if (kept.get(path) === question) {
          kept.delete(path);
        }
        question.abort.abort();
      }
    };
    // A session that has begun again asks once more.
  }, [path, attempt, current, out]);
  const { value, problem, loading } = state.current;
  return {
    ...(value === undefined ? {} : { value }),
    ...(problem === undefined ? {} : { problem }),
    loading: loading || (path !== null && state.current.path !== path),
    retry: () => setAttempt((n) => n + 1),
  };
}

/** Whether the user has a permission; false until that is known. */
export function useMay(permission: string): boolean {
  return useAnswer<Session>(route("session")).value?.permissions.includes(permission) ?? false;
}

/** The rows of a list as far as they are loaded. */
export interface Pages<P, R> extends Answer<P> {
  rows: R[];
  hasMore: boolean;
  loadingMore: boolean;
  moreProblem?: Problem;
  more: () => void;
}

interface Paged {
  pagination: { hasMore: boolean; nextCursor: string | null };
}

/**
 * Asks for the first page of a list, and for the next one when the list calls more().
 *
 * @param path of the page after a cursor, and of the first one without
 */
export function usePages<P extends Paged, R>(
  path: ((cursor: string | null) => string) | null,
  rowsOf: (page: P) => R[],
): Pages<P, R> {
  const first = useAnswer<P>(path ? path(null) : null, true);
  const [further, setFurther] = useState<{ of: P; rows: R[]; last: P; loading: boolean; problem?: Problem } | null>(
    null,
  );
  const page = first.value;
  const mine = further && further.of === page ? further : null;
  const last = mine?.last ?? page;
  const hasMore = last?.pagination.hasMore ?? false;
  const more = () => {
    if (!path || !page || !last || !hasMore || mine?.loading) {
      return;
    }
    const rows = mine?.rows ?? rowsOf(page);
    setFurther({ of: page, rows, last, loading: true });
    ask<P>(path(last.pagination.nextCursor)).then(
      (next) => setFurther({ of: page, rows: rows.concat(rowsOf(next)), last: next, loading: false }),
      (problem: Problem) => setFurther({ of: page, rows, last, loading: false, problem }),
    );
  };
  const firstRows = useMemo(() => (page ? rowsOf(page) : []), [page]);
  return {
    ...first,
    rows: mine?.rows ?? firstRows,
    hasMore: hasMore && !mine?.problem,
    loadingMore: mine?.loading ?? false,
    ...(mine?.problem ? { moreProblem: mine.problem } : {}),
    more,
  };
}
