// A virtual list: rows of one height in the scrolling view around it, of which only those in sight are in the
// document. It is one stop of the Tab key; arrows move within it.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Copy, Icon, useWidth } from "./parts";
import { MenuAt, type Item } from "./popover";

const ROW = 34;
const BEYOND = 8;

export interface Column<R> {
  name: string;
  title: string;
  /** The least width in pixels, and the share of what is left. */
  least: number;
  share?: number;
  /** Left out first, the higher the number, where the list is narrow; 0 always stays. */
  rank?: number;
  end?: boolean;
  tip?: string;
  sortable?: boolean;
  cell: (row: R) => ComponentChildren;
  /** What the copy icon copies; the column has none without. */
  copy?: (row: R) => string;
}

export interface Place {
  row: number;
  column: number;
}

export function List<R, C extends Column<R> = Column<R>>(props: {
  label: string;
  /** The same ones as before unless something of them has changed, or all rows are drawn again. */
  columns: C[];
  rows: R[];
  keyOf: (row: R) => string;
  total?: number | undefined;
  openKey?: string | null;
  onOpen?: (row: R) => void;
  onEnd?: () => void;
  sort?: { name: string; descending: boolean };
  onSort?: (name: string) => void;
  /** What the menu of a cell offers. */
  menu?: (row: R, column: C) => Item[];
  rowClass?: (row: R) => string;
  foot?: ComponentChildren;
}) {
  const id = useId();
  const grid = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const width = useWidth(grid, 1000);
  const [sight, setSight] = useState({ first: 0, last: 40 });
  const [active, setActive] = useState<Place>({ row: 0, column: 0 });
  // Only the row under the pointer has buttons, since they would be half of the document.
  const [hover, setHover] = useState(-1);
  const [menu, setMenu] = useState<{ x: number; y: number; items: Item[] } | null>(null);
  const columns = useMemo(() => fitting(props.columns, width), [props.columns, width]);
  const tracks = columns.map((one) => `minmax(${one.least}px, ${one.share ?? 1}fr)`).join(" ");
  const { rows } = props;
  const open = props.openKey ? rows.findIndex((row) => props.keyOf(row) === props.openKey) : -1;

  const look = () => {
    const scroller = grid.current?.closest(".scroll");
    if (!scroller || !body.current) {
      return;
    }
    const top = scroller.getBoundingClientRect().top - body.current.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(top / ROW) - BEYOND);
    // Always as many rows, however the list lies, since each of them has its part of the document. A list below what
    // is in sight has some, too, for those who do not see.
    const last = first + Math.ceil(Math.min(scroller.clientHeight, scroller.clientHeight + Math.max(0, top)) / ROW) + 2 * BEYOND;
    setSight((old) => (old.first === first && old.last === last ? old : { first, last }));
    if (last >= rows.length - 20) {
      props.onEnd?.();
    }
  };
  const looking = useRef(look);
  looking.current = look;
  useEffect(() => {
    const scroller = grid.current?.closest(".scroll");
    if (!scroller) {
      return undefined;
    }
    const see = () => looking.current();
    const observer = new ResizeObserver(see);
    observer.observe(scroller);
    scroller.addEventListener("scroll", see, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", see);
    };
  }, []);
  useLayoutEffect(() => look(), [rows.length]);

  const show = (row: number) => {
    const scroller = grid.current?.closest(".scroll");
    if (!scroller || !body.current) {
      return;
    }
    const head = ROW;
    const top = body.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + row * ROW;
    if (top < head) {
      scroller.scrollTop += top - head;
    } else if (top + ROW > scroller.clientHeight) {
      scroller.scrollTop += top + ROW - scroller.clientHeight;
    }
  };
  // J and K move the open row, which then has to be seen.
  useEffect(() => {
    if (open >= 0) {
      setActive((old) => ({ ...old, row: open }));
      show(open);
    }
  }, [open]);

  const openMenu = (place: Place, x: number, y: number) => {
    const row = rows[place.row];
    const column = columns[place.column];
    const items = row && column && props.menu ? props.menu(row, column) : [];
    if (items.length > 0) {
      setActive(place);
      setMenu({ x, y, items });
    }
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== grid.current) {
      return;
    }
    const page = Math.max(1, Math.floor((grid.current?.closest(".scroll")?.clientHeight ?? 400) / ROW) - 2);
    const to: Record<string, Place> = {
      ArrowDown: { row: active.row + 1, column: active.column },
      ArrowUp: { row: active.row - 1, column: active.column },
      PageDown: { row: active.row + page, column: active.column },
      PageUp: { row: active.row - page, column: active.column },
      Home: { row: 0, column: active.column },
      End: { row: rows.length - 1, column: active.column },
      ArrowRight: { row: active.row, column: active.column + 1 },
      ArrowLeft: { row: active.row, column: active.column - 1 },
    };
    const next = to[event.key];
    const row = rows[active.row];
    if (next) {
      event.preventDefault();
      const place = {
        row: Math.max(0, Math.min(rows.length - 1, next.row)),
        column: Math.max(0, Math.min(columns.length - 1, next.column)),
      };
      setActive(place);
      show(place.row);
    } else if (event.key === "Enter" && row && props.onOpen) {
      event.preventDefault();
      props.onOpen(row);
    } else if (event.key === "m" || event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      event.preventDefault();
      const cell = document.getElementById(`${id}-${active.row}-${active.column}`)?.getBoundingClientRect();
      if (cell) {
        openMenu(active, cell.left + 8, cell.bottom);
      }
    }
  };

  const actions = useRef<Actions<R>>({ open: () => {}, menu: undefined });
  actions.current = {
    open: (at, row) => {
      setActive({ row: at, column: active.column });
      if (!getSelection()?.toString()) {
        props.onOpen?.(row);
      }
    },
    menu: props.menu && openMenu,
  };

  const shown = rows.slice(sight.first, sight.last);
  const size = sight.last - sight.first || 1;
  return (
    <div class="list">
      <div
        ref={grid}
        class="grid"
        role="grid"
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={props.total ?? rows.length + 1}
        aria-colcount={columns.length}
        aria-activedescendant={rows.length > 0 ? `${id}-${active.row}-${active.column}` : undefined}
        onKeyDown={press}
      >
        <div class="head row" role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
          {columns.map((column) => (
            <Heading key={column.name} column={column} sort={props.sort} onSort={props.onSort} />
          ))}
        </div>
        <div
          class="body"
          role="rowgroup"
          ref={body}
          style={{ height: rows.length * ROW + "px" }}
          onPointerOver={(event) => {
            const row = event.target instanceof Element ? event.target.closest("[role=row]") : null;
            setHover(row ? Number(row.getAttribute("aria-rowindex")) - 2 : -1);
          }}
          onPointerLeave={() => setHover(-1)}
        >
          {shown.map((row, i) => {
            const at = sight.first + i;
            const state = [at === open ? "open" : "", at === active.row ? "active" : "", props.rowClass?.(row) ?? ""];
            return (
              <Row
                // What scrolls out of sight becomes what scrolls in.
                key={at % size}
                id={id}
                row={row}
                at={at}
                columns={columns}
                tracks={tracks}
                state={state.join(" ")}
                open={at === open}
                here={at === active.row ? active.column : -1}
                hover={at === hover}
                actions={actions}
              />
            );
          })}
        </div>
      </div>
      {props.foot}
      {menu && (
        <MenuAt
          {...menu}
          label="Filter by this value"
          onClose={() => {
            setMenu(null);
            grid.current?.focus();
          }}
        />
      )}
    </div>
  );
}

/** What a row calls; always that of the last drawing of the list. */
interface Actions<R> {
  open: (at: number, row: R) => void;
  menu: ((place: Place, x: number, y: number) => void) | undefined;
}

/**
 * Scrolling draws the list for each frame, and most rows stay. @preact/signals draws a component that reads a signal
 * only if a property or that signal has changed; a row with times reads one.
 */
function Row<R, C extends Column<R>>(props: {
  id: string;
  row: R;
  at: number;
  columns: C[];
  tracks: string;
  state: string;
  open: boolean;
  /** The column that the focus is in, or -1. */
  here: number;
  hover: boolean;
  actions: { current: Actions<R> };
}) {
  const { id, row, at, columns, tracks, state, open, here, hover, actions } = props;
  return (
      <div
        class={"row " + state}
        role="row"
        aria-rowindex={at + 2}
        aria-selected={open}
        style={{ gridTemplateColumns: tracks, transform: `translateY(${at * ROW}px)` }}
        onClick={() => actions.current.open(at, row)}
      >
        {columns.map((column, c) => (
          <div
            key={column.name}
            id={`${id}-${at}-${c}`}
            role="gridcell"
            class={`cell ${column.end ? "right" : ""} ${c === here ? "here" : ""}`}
            onContextMenu={(event) => {
              if (actions.current.menu && !event.shiftKey) {
                event.preventDefault();
                actions.current.menu({ row: at, column: c }, event.clientX, event.clientY);
              }
            }}
          >
            <span class="cell-text">{column.cell(row)}</span>
            {hover && column.copy && (
              <Copy
                text={() => column.copy!(row)}
                title={`Copy the ${column.title[0]!.toLowerCase()}${column.title.slice(1)}`}
              />
            )}
            {hover && actions.current.menu && (
              <button
                type="button"
                class="icon-button cell-menu"
                tabIndex={-1}
                aria-label={`Filter by ${column.title}`}
                onClick={(event) => {
                  event.stopPropagation();
                  const box = event.currentTarget.getBoundingClientRect();
                  actions.current.menu!({ row: at, column: c }, box.left, box.bottom);
                }}
              >
                <Icon name="more" />
              </button>
            )}
          </div>
        ))}
      </div>
  );
}

function Heading<R>({
  column,
  sort,
  onSort,
}: {
  column: Column<R>;
  sort?: { name: string; descending: boolean } | undefined;
  onSort?: ((name: string) => void) | undefined;
}) {
  const sorted = sort?.name === column.name;
  const order = sorted ? (sort.descending ? "descending" : "ascending") : "none";
  return (
    <div
      role="columnheader"
      class={`cell ${column.end ? "right" : ""}`}
      title={column.tip}
      aria-sort={column.sortable ? order : undefined}
    >
      {column.sortable && onSort ? (
        <button type="button" class="sort" onClick={() => onSort(column.name)}>
          {column.title}
          {sorted && <span aria-hidden="true">{sort.descending ? "↓" : "↑"}</span>}
        </button>
      ) : (
        column.title
      )}
    </div>
  );
}

/** The columns that have room; those of the highest rank give way first. */
function fitting<C extends Column<never>>(columns: C[], width: number): C[] {
  let left = columns;
  while (left.reduce((sum, one) => sum + one.least, 0) > width) {
    const highest = Math.max(...left.map((one) => one.rank ?? 1));
    if (highest === 0) {
      break;
    }
    const out = left.findLastIndex((one) => (one.rank ?? 1) === highest);
    left = left.filter((_, i) => i !== out);
  }
  return left;
}
