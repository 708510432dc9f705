// The level of a log entry by the documented words: captured output keeps its own.
import type { Entry } from "../state/api";

const TITLES: Record<string, string> = {
  debug: "Debug",
  info: "Info",
  warn: "Warning",
  error: "Error",
  fatal: "Fatal",
  stdout: "Stdout",
  stderr: "Stderr",
};

export function levelTitle(word: string): string {
  return TITLES[word] ?? word;
}

export function levelOf(entry: Entry): { word: string; title: string } {
  const own = entry.originalLevel?.toLowerCase();
  const word = own === "stdout" || own === "stderr" ? own : entry.level;
  return { word, title: levelTitle(word) };
}

export function Level({ entry }: { entry: Entry }) {
  const { word, title } = levelOf(entry);
  return <span class={"level " + word}>{title}</span>;
}
