// The chooser of the range of time: relative, days, or any two times, in the zone that is shown.
import { useState } from "preact/hooks";
import { Popover } from "../components/popover";
import { Segments } from "../components/parts";
import { go } from "../state/address";
import type { Deployed } from "../state/api";
import { version } from "../state/format";
import { useAnswer } from "../state/query";
import { ofScript } from "../state/scope";
import {
  BROWSER_ZONE,
  endsNow,
  fromText,
  inZone,
  iso,
  now,
  ofZone,
  PRESETS,
  range,
  rangeTitle,
  toText,
  USUAL_FROM,
  zone,
  zoneTitle,
} from "../state/time";

interface Deployment extends Deployed {
  firstRun: string | null;
}

const DAYS = [
  { from: "today", to: null, title: "Today" },
  { from: "yesterday", to: "today", title: "Yesterday" },
];

function setRange(from: string | null, to: string | null): void {
  now.value = Date.now();
  go({ from: from === USUAL_FROM ? null : from, to });
}

export function RangeChooser({ opener }: { opener: { current: (() => void) | null } }) {
  return (
    <Popover
      title="Choose the range of time (T)"
      align="end"
      panelClass="range"
      opener={opener}
      label={
        <>
          <span class="range-title">{rangeTitle.value}</span>
          <span class="note zone">
            {zone.value === "UTC" ? "UTC" : zone.value.split("/").at(-1)!.replace("_", " ")}
          </span>
        </>
      }
    >
      {(close) => <RangePanel close={close} />}
    </Popover>
  );
}

function RangePanel({ close }: { close: () => void }) {
  const [from, setFrom] = useState(inZone(range.value.from, zone.value));
  const [to, setTo] = useState(inZone(range.value.to, zone.value));
  const start = ofZone(from, zone.value);
  const end = ofZone(to, zone.value);
  const wrong = !(start < end);
  const deployments = useAnswer<{ deployments: Deployment[] }>(ofScript("deployments"));
  const newest = deployments.value?.deployments.filter((one) => one.firstRun !== null).at(-1);
  const choose = (first: string, last: string | null) => {
    close();
    setRange(first, last);
  };
  return (
    <>
      <ul class="presets">
        {[...PRESETS.map((one) => ({ ...one, to: null })), ...DAYS].map((one) => {
          const chosen = fromText.value === one.from && (one.to === null ? endsNow.value : toText.value === one.to);
          return (
            <li key={one.from}>
              <button
                type="button"
                class={chosen ? "option chosen" : "option"}
                aria-pressed={chosen}
                data-first={chosen ? "" : undefined}
                onClick={() => choose(one.from, one.to)}
              >
                {one.title}
              </button>
            </li>
          );
        })}
        {newest && (
          <li>
            <button
              type="button"
              class="option"
              title="Since its first run"
              onClick={() => choose(iso(Math.floor(Date.parse(newest.firstRun!) / 1000) * 1000), null)}
            >
              Since {version(newest.deploymentVersion, newest.deploymentId)}
            </button>
          </li>
        )}
      </ul>
      <form
        class="custom"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) {
            choose(iso(start), iso(end));
          }
        }}
      >
        <label>
          From
          <input type="datetime-local" step="1" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
        </label>
        <label>
          To, not included
          <input type="datetime-local" step="1" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
        </label>
        {wrong && (
          <p class="error" role="alert">
            The start must be before the end
          </p>
        )}
        <button type="submit" class="button primary" disabled={wrong}>
          Apply
        </button>
        <div class="zone-choice">
          <span class="note">Times are shown in {zoneTitle.value}</span>
          {BROWSER_ZONE !== "UTC" && (
            <Segments
              label="Time zone"
              value={zone.value === "UTC" ? "utc" : "local"}
              choices={[
                { value: "local", title: "Local" },
                { value: "utc", title: "UTC" },
              ]}
              onChange={(value) => go({ zone: value === "utc" ? "UTC" : null })}
            />
          )}
        </div>
      </form>
    </>
  );
}
