// The top of the page: account, script, range, and what else concerns all views.
import { useRef, useState } from "preact/hooks";
import { Chooser, Popover } from "../components/popover";
import { Copy, Icon } from "../components/parts";
import { address, go, implied, param, TABS, tab, type Patch, type Tab } from "../state/address";
import { logOut, route, type Script } from "../state/api";
import { filterFor } from "../state/filter";
import { useKeys } from "../state/keys";
import { isLive, streaming, toggleLive } from "../state/live";
import { refresh, useAnswer } from "../state/query";
import { account, script, scriptTitle } from "../state/scope";
import { ago, iso, now, range } from "../state/time";
import { RangeChooser } from "./range";
import { FilterTools } from "./filterbar";
import { Help } from "./help";

export const TITLES = {
  runs: "Runs",
  logs: "Logs",
  errors: "Errors",
  patterns: "Patterns",
  versions: "Versions",
  rejected: "Records that could not be used",
};

// What belongs to one script and would mean nothing with another.
export const FORGET = {
  run: null,
  entry: null,
  filter: null,
  baseline: null,
  candidate: null,
  sort: null,
  order: null,
};

/** What another tab takes along: the conditions that mean something there. */
function besides(to: Tab): Patch {
  return to === tab.value
    ? {}
    : { filter: filterFor(to), run: null, entry: null, columns: null, sort: null, order: null };
}

export function renew(): void {
  now.value = Date.now();
  refresh();
}

export function Header() {
  const scripts = useRef<(() => void) | null>(null);
  const ranges = useRef<(() => void) | null>(null);
  useKeys([
    { key: "s", title: "Choose a script", press: () => scripts.current?.() },
    { key: "t", title: "Choose the range of time", press: () => ranges.current?.() },
    { key: "r", title: "Load again", press: renew },
    ...TABS.map((one, i) => ({
      key: String(i + 1),
      title: `Show ${TITLES[one]}`,
      press: () => go(besides(one), one),
    })),
  ]);
  return (
    <header class="top">
      <a class="brand" href={address({ ...FORGET, script: null }, "runs")} aria-label="Script Analytics">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <rect width="16" height="16" rx="4" />
          <path d="M3 11l3-4 2.5 2.5L13 4" />
        </svg>
        <span>Script Analytics</span>
      </a>
      <AccountChooser />
      <span class="slash" aria-hidden="true">
        /
      </span>
      <ScriptChooser opener={scripts} />
      <span class="space" />
      <RangeChooser opener={ranges} />
      {script.value !== null && <LiveSwitch />}
      <button type="button" class="button square" title="Load again (R)" aria-label="Load again" onClick={renew}>
        <Icon name="refresh" />
      </button>
      <CopyLink />
      <Help />
      <button type="button" class="button quiet" onClick={() => void logOut()}>
        Log out
      </button>
    </header>
  );
}

/** The view as it is now: another person, or tomorrow, sees the same range and the same versions. */
function CopyLink() {
  const link = () => {
    const { from, to } = range.value;
    return location.origin + address({ ...implied.value, from: iso(from), to: iso(to), live: null });
  };
  return <Copy text={link} title="Copy a link to this view, with its times fixed" square />;
}

const STREAMS = { off: "", waiting: "connecting", open: "following" };

/** Follows the list of runs or of log entries. */
function LiveSwitch() {
  const on = isLive();
  const logs = tab.value === "logs";
  const able =
    script.value !== "" &&
    ((tab.value === "runs" && !param("sort") && !param("order")) || (logs && !param("filter") && !param("order")));
  useKeys([{ key: "l", title: "Follow what arrives", press: () => able && toggleLive() }]);
  if (tab.value !== "runs" && !logs) {
    return null;
  }
  const why =
    script.value === ""
      ? "Entries of a script can be followed"
      : logs && param("filter")
        ? "Entries are followed without a filter"
        : "The newest first can be followed";
  return (
    <button
      type="button"
      class={"button live " + (on && able ? streaming.value : "")}
      aria-pressed={on && able}
      disabled={!able}
      title={able ? "Follow what arrives (L)" : why}
      onClick={toggleLive}
    >
      <span class="dot" aria-hidden="true" /> Live
      <span class="spoken">{on && able ? STREAMS[streaming.value] : ""}</span>
    </button>
  );
}

export function Tabs() {
  return (
    <div class="bar">
      <nav class="tabs" aria-label="Views">
        {TABS.map((one) => (
          <a key={one} href={address(besides(one), one)} aria-current={one === tab.value ? "page" : undefined}>
            {TITLES[one]}
          </a>
        ))}
      </nav>
      <span class="space" />
      {(tab.value === "runs" || tab.value === "logs") && <FilterTools key={tab.value} charts />}
    </div>
  );
}

function AccountChooser() {
  return (
    <Popover
      title="Choose an account"
      class="button quiet name"
      label={<bdi>{account.value ?? "Account"}</bdi>}
      panelClass="narrow"
    >
      {(close) => (
        <AccountOptions
          choose={(chosen) => {
            close();
            go({ ...FORGET, account: chosen, script: chosen === account.value ? script.value : null });
          }}
        />
      )}
    </Popover>
  );
}

export function AccountOptions({ choose, first = false }: { choose: (account: string) => void; first?: boolean }) {
  const [typed, type] = useState("");
  const answer = useAnswer<{ accounts: { account: string }[] }>(route("accounts", { search: typed, limit: 100 }));
  return (
    <Chooser
      label="Find an account"
      first={first}
      options={(answer.value?.accounts ?? []).map((one) => ({ value: one.account }))}
      chosen={account.value}
      typed={typed}
      onType={type}
      onChoose={choose}
      loading={answer.loading}
      none={answer.problem ? answer.problem.message : typed ? "No account has this in its name" : NOTHING_CAME}
    />
  );
}

function ScriptChooser({ opener }: { opener: { current: (() => void) | null } }) {
  return (
    <Popover
      title="Choose a script (S)"
      class="button quiet name strong"
      label={<bdi>{scriptTitle.value ?? "Choose a script"}</bdi>}
      opener={opener}
    >
      {(close) => (
        <ScriptOptions
          choose={(chosen) => {
            close();
            go({ ...FORGET, script: chosen }, tab.value === "rejected" ? "runs" : tab.value);
          }}
        />
      )}
    </Popover>
  );
}

/** What is said before a producer has sent anything of the accounts that the key sees. */
const NOTHING_CAME = "No run and no log entry has arrived yet";

const MOST = 100;

export function ScriptOptions({ choose, first = false }: { choose: (script: string) => void; first?: boolean }) {
  const [typed, type] = useState("");
  const answer = useAnswer<{ scripts: Script[] }>(
    route("scripts", { account: account.value, search: typed, limit: MOST + 1 }),
  );
  const found = answer.value?.scripts ?? [];
  return (
    <Chooser
      label="Find a script"
      first={first}
      options={found.slice(0, MOST).map((one) => ({ value: one.script, note: lastSeen(one) }))}
      chosen={param("script")}
      typed={typed}
      onType={type}
      onChoose={choose}
      loading={answer.loading}
      none={answer.problem ? answer.problem.message : typed ? "No script has this in its name" : NOTHING_RAN}
      note={found.length > MOST ? `The first ${MOST} scripts; type to find others` : undefined}
    />
  );
}

/** What the documented products say before a script was deployed and executed. */
export const NOTHING_RAN = "No script has been deployed and executed yet";

function lastSeen(one: Script): string {
  const last = [one.lastRun, one.lastEntry]
    .filter((time) => time !== null)
    .sort()
    .at(-1);
  return last ? ago(Date.parse(last), Date.now()) : "";
}
