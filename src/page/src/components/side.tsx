// What opens beside a list: its head with what leads on from it, and its contents.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./parts";

export function Side(props: {
  label: string;
  /** What it shows, such as "the record". */
  what: string;
  /** Of another one, the contents begin at their top. */
  id: string;
  head: ComponentChildren;
  steps?: ComponentChildren;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const contents = useRef<HTMLDivElement>(null);
  useEffect(() => {
    contents.current?.scrollTo(0, 0);
  }, [props.id]);
  return (
    <aside class="side" aria-label={props.label}>
      <header class="side-head">
        {props.head}
        <span class="space" />
        {props.steps}
        <button
          type="button"
          class="button square quiet"
          aria-label={`Close ${props.what}`}
          title="Close (Esc)"
          onClick={props.onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="scroll side-body" tabIndex={0} role="group" aria-label={`Contents of ${props.what}`} ref={contents}>
        {props.children}
      </div>
    </aside>
  );
}

/** A button that leads to a neighbour in the list, if there is one. */
export function Step(props: { to: (() => void) | null; title: string; icon: "up" | "chevron" }) {
  return (
    <button
      type="button"
      class="button square quiet"
      title={props.title}
      aria-label={props.title}
      disabled={!props.to}
      onClick={() => props.to?.()}
    >
      <Icon name={props.icon} />
    </button>
  );
}
