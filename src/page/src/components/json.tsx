// JSON as a tree that opens level by level, so that a megabyte costs no more than what is seen of it.
import { useState } from "preact/hooks";
import { Copy } from "./parts";

const AT_ONCE = 100;

export function Json({ value, label }: { value: unknown; label: string }) {
  const text = () => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
  return (
    <section class="json" aria-label={label}>
      <h3>
        {label}
        <Copy text={text} title={`Copy the ${label.toLowerCase()}`} />
      </h3>
      {value === null || value === undefined ? (
        <p class="note">None</p>
      ) : (
        <div class="tree">
          <Node name={null} value={value} open={true} depth={0} />
        </div>
      )}
    </section>
  );
}

function Node({
  name,
  value,
  open: first,
  depth,
}: {
  name: string | null;
  value: unknown;
  open: boolean;
  depth: number;
}) {
  const [open, setOpen] = useState(first);
  const [limit, setLimit] = useState(AT_ONCE);
  if (typeof value !== "object" || value === null) {
    return (
      <div class="node">
        {name !== null && <Name name={name} />}
        <Leaf value={value} />
      </div>
    );
  }
  const list = Array.isArray(value);
  const entries: [string, unknown][] = Object.entries(value);
  const brief = list ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <div class="node">
      <button type="button" class="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="caret" aria-hidden="true">
          {open ? "▾" : "▸"}
        </span>
        {name !== null && <Name name={name} />}
        <span class="note">{brief}</span>
      </button>
      {open && (
        <div class="children">
          {entries.slice(0, limit).map(([key, inner]) => (
            <Node key={key} name={key} value={inner} open={depth < 1 && entries.length <= 20} depth={depth + 1} />
          ))}
          {entries.length > limit && (
            <button type="button" class="button small" onClick={() => setLimit(limit + 10 * AT_ONCE)}>
              {entries.length - limit} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { name: string }) {
  return (
    <>
      <bdi class="json-name">{name}</bdi>
      <span class="note">: </span>
    </>
  );
}

const LONGEST = 2000;

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") {
    return <span class="json-other">{String(value)}</span>;
  }
  const long = value.length > LONGEST && !whole;
  return (
    <span class="json-text">
      "<bdi>{long ? value.slice(0, LONGEST) : value}</bdi>"
      {long && (
        <button type="button" class="button small" onClick={() => setWhole(true)}>
          {value.length - LONGEST} more characters
        </button>
      )}
    </span>
  );
}
