// What has arrived since a list was loaded. It is counted and offered; nothing that is being read moves away.
import { useMemo, useRef, useState } from "preact/hooks";
import { count } from "../state/format";
import { useKeys } from "../state/keys";
import { isLive, streaming, useLive } from "../state/live";
import { Icon } from "../components/parts";
import { renew } from "./header";

/** At most this many new rows are kept, so that a page that is left open does not grow. */
const MOST = 2000;

export interface Arrivals<R> {
  /** The rows, as they are known by now. */
  rows: R[];
  /** How many further ones could be shown. */
  fresh: number;
  show: () => void;
}

/**
 * Follows a list.
 *
 * @param path of the stream; null where the list cannot be followed
 * @param flows whether new rows are put on top by themselves, while the top is in sight
 */
export function useArrivals<R>(
  path: string | null,
  kind: "run" | "log",
  rows: R[],
  keyOf: (row: R) => string,
  timeOf: (row: R) => string,
  flows: boolean,
): Arrivals<R> {
  const [known, setKnown] = useState<{ of: R | undefined; all: Map<string, R>; shown: Set<string> }>(() =>
    nothing(rows[0]),
  );
  const renewed = useRef<R | undefined>(undefined);
  // Rows that were loaded again know what had arrived.
  const mine = known.of === rows[0] ? known : nothing(rows[0]);
  const live = isLive() && path !== null;
  const show = () => {
    document.getElementById("view")?.scrollTo(0, 0);
    if (flows) {
      setKnown({ ...mine, shown: new Set(mine.all.keys()) });
    } else {
      renew();
    }
  };
  const listed = useMemo(() => new Set(live ? rows.map(keyOf) : []), [rows, live]);
  const fresh = [...mine.all.keys()].filter((key) => !listed.has(key) && !mine.shown.has(key)).length;
  const take = (events: R[]) => {
    const all = new Map(mine.all);
    let room = MOST - fresh;
    for (const one of events) {
      const key = keyOf(one);
      if (flows || listed.has(key) || all.has(key) || room-- > 0) {
        all.set(key, one);
      }
    }
    if (flows && all.size > MOST) {
      // The list may take longer to load than the next events to come.
      if (renewed.current !== rows[0]) {
        renewed.current = rows[0];
        renew();
      }
      return;
    }
    const atTop = flows && (document.getElementById("view")?.scrollTop ?? 0) < 8;
    setKnown({ of: rows[0], all, shown: atTop ? new Set(all.keys()) : mine.shown });
  };
  useLive<R>(live ? path : null, kind, take, renew, (stream) => {
    streaming.value = stream;
  });
  const any = mine.all.size > 0;
  const merged = useMemo(() => {
    if (!any) {
      return rows;
    }
    const onTop = [...mine.all].filter(([key]) => mine.shown.has(key) && !listed.has(key)).map(([, row]) => row);
    onTop.sort((one, other) => timeOf(other).localeCompare(timeOf(one)));
    return [...onTop, ...rows.map((row) => mine.all.get(keyOf(row)) ?? row)];
  }, [rows, any, listed, mine.all, mine.shown]);
  return { rows: live ? merged : rows, fresh: live ? fresh : 0, show };
}

function nothing<R>(first: R | undefined): { of: R | undefined; all: Map<string, R>; shown: Set<string> } {
  return { of: first, all: new Map(), shown: new Set() };
}

export function Offer({ fresh, show, what }: { fresh: number; show: () => void; what: [string, string] }) {
  useKeys([{ key: "n", title: `Show new ${what[1]}`, press: () => fresh > 0 && show() }]);
  return (
    <div class="offer" role="status">
      {fresh > 0 && (
        <button type="button" class="button small primary" title="Show them (N)" onClick={show}>
          {count(fresh)}
          {fresh === MOST && "+"} new {what[fresh === 1 ? 0 : 1]} <Icon name="up" />
        </button>
      )}
    </div>
  );
}
