// What stands in place of a list without rows: why, and a way on.
import { Empty } from "../components/parts";
import { address } from "../state/address";
import { route, type Script } from "../state/api";
import { useAnswer } from "../state/query";
import { account, script } from "../state/scope";
import { iso, minute } from "../state/time";
import { NOTHING_RAN } from "./header";
import { RejectedNotice } from "./rejected";

const HOUR = 36e5;

export function Nothing({
  what,
  filtered,
}: {
  what: "runs" | "log entries" | "errors" | "patterns";
  filtered: boolean;
}) {
  const answer = useAnswer<{ scripts: Script[] }>(
    filtered || !script.value ? null : route("scripts", { account: account.value, search: script.value }),
  );
  if (filtered) {
    return (
      <Empty title={`No ${what} pass the filter in this range`}>
        <a class="button" href={address({ filter: null })}>
          Clear the filter
        </a>
      </Empty>
    );
  }
  const own = answer.value?.scripts.find((one) => one.script === script.value);
  const last = what === "runs" ? own?.lastRun : own?.lastEntry;
  if (!answer.value && !answer.problem) {
    return <Empty title={`No ${what} in this range`} />;
  }
  if (!last) {
    return (
      <Empty title={what === "errors" || !own ? `No ${what} in this range` : NOTHING_RAN}>
        <RejectedNotice />
      </Empty>
    );
  }
  const end = Date.parse(last) + 1000;
  return (
    <Empty title={`No ${what} in this range`}>
      <p>
        The last {what === "runs" ? "run" : "log entry"} was at {minute(Date.parse(last))}.
      </p>
      <a class="button" href={address({ from: iso(end - HOUR), to: iso(end) })}>
        Show the hour before it
      </a>
    </Empty>
  );
}
