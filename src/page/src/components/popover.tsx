// What opens beside a button: a panel with anything, a list to choose from by typing, a menu at a place.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./parts";

export function Popover(props: {
  label: ComponentChildren;
  title: string;
  children: (close: () => void) => ComponentChildren;
  align?: "start" | "end";
  class?: string;
  panelClass?: string;
  caret?: boolean;
  /** Lets a key open it from elsewhere. */
  opener?: { current: (() => void) | null };
}) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  if (props.opener) {
    props.opener.current = () => setOpen(true);
  }
  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) {
        setOpen(false);
      }
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
  useLayoutEffect(() => {
    if (open) {
      const first = ["[data-first]", "input, select, button, a"].map((one) =>
        panel.current?.querySelector<HTMLElement>(one),
      );
      first.find((one) => one)?.focus();
    }
  }, [open]);
  return (
    <div
      class="popover"
      ref={root}
      onKeyDown={(event) => {
        if (open && event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          close();
        }
      }}
    >
      <button
        type="button"
        ref={button}
        class={props.class ?? "button"}
        aria-haspopup="dialog"
        aria-expanded={open}
        title={props.title}
        onClick={() => setOpen(!open)}
      >
        {props.label}
        {props.caret !== false && <Icon name="chevron" />}
      </button>
      {open && (
        <div
          ref={panel}
          class={`panel ${props.align === "end" ? "end" : ""} ${props.panelClass ?? ""}`}
          role="dialog"
          aria-label={props.title}
        >
          {props.children(close)}
        </div>
      )}
    </div>
  );
}

export interface Option {
  value: string;
  title?: string;
  note?: string;
}

/** A field and the options that fit what is typed; arrows move, Enter chooses. */
export function Chooser(props: {
  label: string;
  options: Option[];
  chosen?: string | null;
  typed: string;
  onType: (text: string) => void;
  onChoose: (value: string) => void;
  /** Whether the options of what is typed are still to come. */
  loading?: boolean;
  note?: ComponentChildren;
  none: string;
  /** Whether the field takes the focus when it appears; within a popover it does anyway. */
  first?: boolean;
}) {
  const id = useId();
  const [active, setActive] = useState(0);
  const [hasty, setHasty] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (props.first) {
      field.current?.focus();
    }
  }, []);
  const at = Math.min(active, props.options.length - 1);
  useEffect(
    () => setActive(Math.max(0, props.typed ? 0 : props.options.findIndex((one) => one.value === props.chosen))),
    [props.typed, props.options.length > 0],
  );
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(props.options.length - 1, at + step)));
    } else if (event.key === "Enter" && (props.loading || props.options[at])) {
      event.preventDefault();
      // Who types fast chooses the first that will be found.
      if (props.loading) {
        setHasty(true);
      } else {
        props.onChoose(props.options[at]!.value);
      }
    }
  };
  useEffect(() => {
    if (hasty && !props.loading) {
      setHasty(false);
      if (props.options[0]) {
        props.onChoose(props.options[0].value);
      }
    }
  }, [hasty, props.loading]);
  return (
    <div class="chooser">
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label={props.label}
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        placeholder={props.label}
        autocomplete="off"
        spellcheck={false}
        value={props.typed}
        onInput={(event) => props.onType(event.currentTarget.value)}
        onKeyDown={press}
      />
      <div class="options" id={id} role="listbox" aria-label={props.label} ref={list}>
        {props.options.map((one, i) => (
          <div
            key={one.value}
            id={`${id}-${i}`}
            role="option"
            class={one.value === props.chosen ? "option chosen" : "option"}
            aria-selected={i === at}
            onPointerMove={() => setActive(i)}
            onClick={() => props.onChoose(one.value)}
          >
            <bdi class="option-title">{one.title ?? one.value}</bdi>
            {one.note && <span class="note">{one.note}</span>}
          </div>
        ))}
      </div>
      {props.options.length === 0 && (
        <p class="note pad" role="status">
          {props.loading ? "Loading" : props.none}
        </p>
      )}
      {props.note && <p class="note pad">{props.note}</p>}
    </div>
  );
}

export interface Item {
  title: ComponentChildren;
  choose: () => void;
}

/** A menu at a place of the screen. */
export function MenuAt(props: { x: number; y: number; label: string; items: Item[]; onClose: () => void }) {
  const menu = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ x: props.x, y: props.y });
  useLayoutEffect(() => {
    const box = menu.current?.getBoundingClientRect();
    if (box) {
      setPlace({
        x: Math.max(8, Math.min(props.x, innerWidth - box.width - 8)),
        y: Math.max(8, Math.min(props.y, innerHeight - box.height - 8)),
      });
    }
    menu.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && !menu.current?.contains(event.target)) {
        props.onClose();
      }
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [props.x, props.y]);
  const press = (event: KeyboardEvent) => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = items.findIndex((one) => one === document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      items[(at + step + items.length) % items.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      props.onClose();
    }
  };
  return (
    <div
      ref={menu}
      class="panel menu"
      role="menu"
      aria-label={props.label}
      style={{ left: place.x + "px", top: place.y + "px" }}
      onKeyDown={press}
    >
      {props.items.map((item, i) => (
        <button
          type="button"
          key={i}
          role="menuitem"
          class="option"
          onClick={() => {
            item.choose();
            props.onClose();
          }}
        >
          {item.title}
        </button>
      ))}
    </div>
  );
}
