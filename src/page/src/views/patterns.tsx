// The messages of a script in the range by their templates.
import { colourOfLevel } from "../charts/scheme";
import { Spark } from "../charts/spark";
import { List, type Column } from "../components/list";
import { Failed, Loading } from "../components/parts";
import { go } from "../state/address";
import type { Pattern } from "../state/api";
import { count, percent, version } from "../state/format";
import { useAnswer } from "../state/query";
import { inRange } from "../state/scope";
import { ago, now, stamp } from "../state/time";
import { useSparks } from "./errors";
import { levelTitle } from "./level";
import { Nothing } from "./nothing";

// As ClickHouse spells levels, the most severe first.
const SEVERITY = ["Fatal", "Error", "Stderr", "Warning", "Info", "Stdout", "Debug"];
const WORDS: Record<string, string> = { Warning: "warn", Stderr: "error", Stdout: "info" };

function worst(levels: Record<string, number>): { title: string; word: string } {
  const title = SEVERITY.find((one) => levels[one]) ?? "Info";
  return { title, word: WORDS[title] ?? title.toLowerCase() };
}

function shown(pattern: Pattern, wanted: boolean) {
  go(
    { filter: JSON.stringify({ column: "pattern", op: wanted ? "equals" : "not_equals", value: pattern.pattern }) },
    "logs",
  );
}

function columns(sparks: Map<string, number[]>): Column<Pattern>[] {
  return [
    {
      name: "level",
      title: "Log Level",
      tip: "The most severe level of its entries",
      least: 92,
      share: 0.1,
      rank: 1,
      cell: (one) => {
        const { title, word } = worst(one.levels);
        const all = Object.entries(one.levels)
          .map(([level, entries]) => `${levelTitle(level)} ${count(entries)}`)
          .join(", ");
        return (
          <span class={"level " + word} title={all}>
            {title}
          </span>
        );
      },
    },
    {
      name: "template",
      title: "Pattern",
      tip: "A message with * for what varies",
      least: 180,
      share: 5,
      rank: 0,
      cell: (one) =>
        one.pattern === "0" ? (
          <span class="note">Other messages</span>
        ) : (
          <bdi class="mono" title={one.template}>
            {one.template}
          </bdi>
        ),
    },
    {
      name: "spark",
      title: "Over time",
      least: 130,
      share: 0.6,
      rank: 3,
      cell: (one) => (
        <Spark
          values={sparks.get(one.pattern) ?? []}
          colour={colourOfLevel(worst(one.levels).word)}
          label={`${count(one.entries)} in the range`}
        />
      ),
    },
    { name: "entries", title: "Entries", least: 84, share: 0.2, rank: 0, end: true, cell: (one) => count(one.entries) },
    {
      name: "share",
      title: "Share",
      tip: "Of all entries of the range",
      least: 82,
      share: 0.2,
      rank: 4,
      end: true,
      cell: (one) => percent(one.share),
    },
    { name: "runs", title: "Runs", least: 82, share: 0.2, rank: 5, end: true, cell: (one) => count(one.runs) },
    {
      name: "first",
      title: "First in",
      tip: "The deployment of its first entry in the range",
      least: 84,
      share: 0.2,
      rank: 6,
      cell: (one) => version(one.firstDeploymentVersion, one.firstDeploymentId),
    },
    {
      name: "last",
      title: "Last seen",
      least: 140,
      share: 0.3,
      rank: 4,
      cell: (one) => (
        <time dateTime={one.lastTime} title={stamp(one.lastTime)}>
          {ago(Date.parse(one.lastTime), now.value)}
        </time>
      ),
    },
  ];
}

export function PatternsView() {
  const answer = useAnswer<{ patterns: Pattern[] }>(inRange("patterns"));
  const patterns = answer.value?.patterns ?? [];
  const sparks = useSparks(
    "logs/volume",
    "pattern",
    patterns.map((one) => one.pattern),
  );
  return (
    <div class="split">
      <main class="scroll view" id="view">
        <h1 class="spoken">Patterns</h1>
        {answer.problem ? (
          <Failed problem={answer.problem} retry={answer.retry} />
        ) : !answer.value ? (
          <Loading what="patterns" />
        ) : patterns.length === 0 ? (
          <Nothing what="patterns" filtered={false} />
        ) : (
          <div class={answer.loading ? "waiting" : ""} aria-busy={answer.loading}>
            <List
              label="Patterns"
              columns={columns(sparks)}
              rows={patterns}
              keyOf={(one) => one.pattern}
              onOpen={(one) => shown(one, true)}
              menu={(one) => [
                { title: "Its entries", choose: () => shown(one, true) },
                { title: "All other entries", choose: () => shown(one, false) },
                { title: "Copy the pattern", choose: () => void navigator.clipboard.writeText(one.template) },
              ]}
            />
          </div>
        )}
      </main>
    </div>
  );
}
