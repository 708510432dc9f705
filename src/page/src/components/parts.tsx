// Small parts that all views share.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../state/api";
import { ago, now } from "../state/time";

const PATHS = {
  chevron: "M4 6l4 4 4-4",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M6 6V3.5A.5.5 0 016.5 3h6a.5.5 0 01.5.5v6a.5.5 0 01-.5.5H10M3.5 6h6a.5.5 0 01.5.5v6a.5.5 0 01-.5.5h-6a.5.5 0 01-.5-.5v-6a.5.5 0 01.5-.5z",
  check: "M3.5 8.5l3 3 6-7",
  refresh: "M13 8a5 5 0 11-1.5-3.6M13 2.5v2.4h-2.4",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  plus: "M8 3.5v9M3.5 8h9",
  up: "M4 10l4-4 4 4",
  more: "M8 3.6v.1M8 8v.1M8 12.4v.1",
  link: "M6.7 9.3a2.5 2.5 0 003.6 0l2-2a2.5 2.5 0 00-3.6-3.6l-.8.8M9.3 6.7a2.5 2.5 0 00-3.6 0l-2 2a2.5 2.5 0 003.6 3.6l.8-.8",
  table: "M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 3.5v9",
  chart: "M2.5 13.5h11M4.5 11V8M8 11V4M11.5 11V6",
  terminal: "M3 5l3 3-3 3M8 11.5h5",
  download: "M8 3v7M5 7.5L8 10.5l3-3M3 13h10",
  columns: "M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9",
  side: "M2.5 3.5h11v9h-11zM6.5 3.5v9",
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Status({ status, word }: { status: string; word?: string }) {
  const known = status === "" ? "only-logs" : status.toLowerCase().replace(" ", "-");
  const own = word && !sameWord(word, status) ? word : undefined;
  return (
    <span class={"status " + known} title={own ? `The producer says: ${own}` : undefined}>
      {status === "" ? "Only logs" : status}
    </span>
  );
}

function sameWord(one: string, other: string): boolean {
  return one.toLowerCase().replace(/[\s_-]/g, "") === other.toLowerCase().replace(/[\s_-]/g, "");
}

/** A button that copies a text and says so for a moment. */
export function Copy(props: { text: () => string; title: string; label?: string; square?: boolean }) {
  const { text, title, label, square } = props;
  const [done, setDone] = useState(false);
  useEffect(() => {
    const timer = done ? setTimeout(() => setDone(false), 1500) : undefined;
    return () => clearTimeout(timer);
  }, [done]);
  const copy = (event: Event) => {
    event.stopPropagation();
    void navigator.clipboard.writeText(text()).then(() => setDone(true));
  };
  return (
    <button
      type="button"
      class={label ? "button small" : square ? "button square" : "icon-button"}
      aria-label={title}
      title={title}
      onClick={copy}
    >
      <Icon name={done ? "check" : square ? "link" : "copy"} />
      {label && <span>{done ? "Copied" : label}</span>}
      {done && (
        <span class="spoken" role="status">
          Copied
        </span>
      )}
    </button>
  );
}

export function Failed({ problem, retry }: { problem: Problem; retry: () => void }) {
  return (
    <div class="state failed" role="alert">
      <p class="state-title">{problem.status === 403 ? "You may not see this" : "This could not be loaded"}</p>
      <p>
        {problem.message}.{problem.passing ? " The page tries again by itself." : null}
        {problem.retryAfter && !problem.passing ? ` Try again in ${problem.retryAfter} s.` : null}
      </p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state" role="status">
      <p class="state-title">{title}</p>
      {children}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div class="state loading" role="status">
      <span class="spinner" aria-hidden="true" /> Loading {what}
    </div>
  );
}

/** Announces something that no list shows: the newest of it, and a link to all. */
export function Notice(props: { title: string; at: string; text: string; href: string; action: string }) {
  return (
    <div class="notice" role="status">
      <p>
        <b>{props.title}</b> The last came {ago(Date.parse(props.at), now.value)}: <bdi>{props.text}</bdi>
      </p>
      <a class="button small" href={props.href}>
        {props.action}
      </a>
    </div>
  );
}

/** One of a few choices, as buttons side by side. */
export function Segments<T extends string>(props: {
  label: string;
  value: T;
  choices: { value: T; title: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <div class="segments" role="group" aria-label={props.label}>
      {props.choices.map(({ value, title }) => (
        <button type="button" key={value} aria-pressed={value === props.value} onClick={() => props.onChange(value)}>
          {title}
        </button>
      ))}
    </div>
  );
}

/** Follows the width of an element. */
export function useWidth(ref: { current: HTMLElement | null }, first: number): number {
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const element = ref.current;
    if (!element) {
      return undefined;
    }
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, [ref.current]);
  return width;
}
