// The values of columns beside a list, and how often they occur among the rows that pass the filter.
import { go, param, tab } from "../state/address";
import { being, columnOf, narrowed } from "../state/filter";
import { count } from "../state/format";
import { useAnswer } from "../state/query";
import { inRange } from "../state/scope";
import { Failed, Loading } from "../components/parts";

const COLUMNS = {
  runs: "status,deploymentVersion,function,sourceType,source,errorCode",
  logs: "level,function,source,deploymentVersion,errorCode",
};

const AT_MOST = 8;

export function Facets({ of }: { of: "runs" | "logs" }) {
  const path = of === "logs" ? "logs/facets" : "facets";
  const answer = useAnswer<{ facets: Record<string, { value: string; count: number }[]> }>(
    inRange(path, { columns: COLUMNS[of], limit: AT_MOST, filter: param("filter") }),
  );
  return (
    <section class="facets" aria-label="Values of columns" aria-busy={answer.loading}>
      {answer.problem ? (
        <Failed problem={answer.problem} retry={answer.retry} />
      ) : !answer.value ? (
        <Loading what="values" />
      ) : (
        Object.entries(answer.value.facets).map(([column, values]) => {
          const most = Math.max(1, ...values.map((one) => one.count));
          const kind = columnOf(column, tab.value)?.kind;
          return (
            <div key={column} class="facet">
              <h2>{columnOf(column, tab.value)?.title ?? column}</h2>
              <ul>
                {values.map(({ value, count: rows }) => {
                  const typed = kind === "count" && value !== "" ? Number(value) : value;
                  return (
                    <li key={value}>
                      <button
                        type="button"
                        title={`Only ${value || "empty"}`}
                        onClick={() => go({ filter: narrowed(being(column, typed, true)) })}
                      >
                        <span class="fill" style={{ width: `${(100 * rows) / most}%` }} />
                        <bdi>{value || <i>empty</i>}</bdi>
                        <span class="note">{count(rows)}</span>
                      </button>
                    </li>
                  );
                })}
                {values.length === 0 && <li class="note">None</li>}
              </ul>
            </div>
          );
        })
      )}
    </section>
  );
}
