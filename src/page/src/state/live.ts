// What arrives of a script while it is looked at, as an event stream. A hidden tab closes its stream, and goes on after
// the last event when it is seen again.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { go, param } from "./address";
import { ask, loggedOut, Problem, route, type Session } from "./api";
import { script } from "./scope";
import { endsNow } from "./time";

const AGAIN_AFTER = 5000;
// Events are handed on together, so that a busy script does not draw the page for each.
const TOGETHER = 250;

export type Stream = "off" | "waiting" | "open";

/** How the stream of the list is doing, for the switch. */
export const streaming = signal<Stream>("off");

export function isLive(): boolean {
  // A stream does not say that an entry has got its script.
  return param("live") === "on" && endsNow.value && script.value !== "";
}

export function toggleLive(): void {
  // What arrives now belongs only to a range that ends now.
  go(isLive() ? { live: null } : { live: "on", to: null, ...(endsNow.value ? {} : { from: null }) });
}

/**
 * Takes events as they arrive, some at a time.
 *
 * @param path of the stream; null for none
 * @param kind of the events: run or log
 * @param gap called where events were missed, so that lists have to be read again
 * @param tell told how the stream is doing
 */
export function useLive<T>(
  path: string | null,
  kind: "run" | "log",
  take: (events: T[]) => void,
  gap: () => void,
  tell: (stream: Stream) => void = () => {},
): void {
  const latest = useRef({ take, gap, tell });
  latest.current = { take, gap, tell };
  const out = loggedOut.value;
  useEffect(() => {
    if (path === null || out) {
      return undefined;
    }
    let left = false;
    let source: EventSource | null = null;
    let lastId = "";
    let waiting: T[] = [];
    let handing: ReturnType<typeof setTimeout> | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;

    const close = () => {
      clearTimeout(again);
      source?.close();
      source = null;
      latest.current.tell("waiting");
    };
    const connect = () => {
      close();
      const from = lastId ? `&lastEventId=${encodeURIComponent(lastId)}` : "";
      const opened = new EventSource(path + from);
      source = opened;
      opened.addEventListener("open", () => latest.current.tell("open"));
      opened.addEventListener(kind, (event: MessageEvent<string>) => {
        lastId = event.lastEventId || lastId;
        waiting.push(JSON.parse(event.data) as T);
        handing ??= setTimeout(() => {
          handing = undefined;
          const events = waiting;
          waiting = [];
          latest.current.take(events);
        }, TOGETHER);
      });
      opened.addEventListener("gap", (event: MessageEvent<string>) => {
        lastId = event.lastEventId || lastId;
        latest.current.gap();
      });
      opened.addEventListener("error", () => {
        latest.current.tell("waiting");
        // The browser comes back by itself unless the server refused.
        if (opened.readyState === EventSource.CLOSED) {
          again = setTimeout(() => void returnWithSession(), AGAIN_AFTER);
        }
      });
    };
    /** An event stream does not say why it was refused; a question does. */
    const returnWithSession = async () => {
      try {
        await ask<Session>(route("session"));
      } catch (problem) {
        if (problem instanceof Problem && problem.status === 401) {
          return;
        }
      }
      if (!left && !document.hidden) {
        connect();
      }
    };
    const look = () => (document.hidden ? close() : connect());
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      left = true;
      document.removeEventListener("visibilitychange", look);
      close();
      clearTimeout(handing);
      latest.current.tell("off");
    };
  }, [path, out]);
}
