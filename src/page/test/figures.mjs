// Measures the page on what a running API server has: deploy/local/api-benchmark --home DIR --only page
import { launch, open } from "./browser.mjs";

const { PAGE_ACCOUNT: account, PAGE_SCRIPT: script, PAGE_END: end } = process.env;
const ROUNDS = 9;
const ROWS = 10_000;
const ROW = 34;
/** Ten rows a frame: ten times as fast as a person reads, and slower than one who drags the bar. */
const PIXELS = 10 * ROW;
const DAY = 24 * 3600e3;
const RANGES = [
  { title: "24 hours", millis: DAY, cold: 800, filtered: 300 },
  { title: "30 days", millis: 30 * DAY, cold: 1500, filtered: 600 },
];

const browser = await launch();

function median(values) {
  return [...values].sort((one, other) => one - other)[values.length >> 1];
}

function print(what, values, most, unit = "ms") {
  const value = median(values);
  const rounded = values.map((one) => Math.round(one)).join(", ");
  const verdict = value <= most ? "" : ", **not met**";
  console.log(`| ${what} | ${Math.round(value)} ${unit}${verdict} | ${most} | ${rounded} |`);
}

/** The runs of a range that ends some minutes before the last; the page asks anew for each. */
function path(millis, minutes = 0) {
  const to = Date.parse(end) - minutes * 60e3;
  const times = { from: new Date(to - millis).toISOString(), to: new Date(to).toISOString() };
  return `/runs?${new URLSearchParams({ account, script, ...times })}`;
}

const rows = (page) => page.locator(".grid .body .row");

/** Clicks, and tells after how many milliseconds rows or the record are there, in two frames one after the other. */
function timed(page, selector, what) {
  return page.evaluate(
    async ([selector, what]) => {
      const there = (one) => document.querySelector(one) !== null;
      const holds = {
        // The charts wait for the rows.
        rows: () => location.search.includes("filter=") && !there(".waiting .grid") && there(".grid .body .row"),
        record: () => there(".side .facts") && !there(".side .record-top .spinner"),
      }[what];
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const begin = performance.now();
      document.querySelector(selector).click();
      await frame();
      for (;;) {
        await frame();
        const millis = performance.now() - begin;
        if (holds()) {
          await frame();
          if (holds()) {
            return millis;
          }
        }
      }
    },
    [selector, what],
  );
}

async function coldOpen(millis) {
  const page = await open(browser, "/health/live");
  const begin = Date.now();
  await page.goto(path(millis));
  await rows(page).first().waitFor();
  const took = Date.now() - begin;
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((one) => one.initiatorType === "script")
      .reduce((sum, one) => sum + one.transferSize, 0),
  );
  await page.waitForFunction(() => !document.querySelector(".spinner, .waiting"));
  const requests = page.asked.length - 1;
  await page.context().close();
  return { took, scripts, requests };
}

async function settled(page) {
  await rows(page).first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".spinner, .waiting"));
}

async function filter(page, millis, minutes) {
  await page.goto(path(millis, minutes));
  await settled(page);
  const of = rows(page).first().locator(".cell").nth(1);
  await of.hover();
  await of.locator(".cell-menu").click();
  await page.getByRole("menu").waitFor();
  return timed(page, "[role=menu] [role=menuitem]", "rows");
}

async function openRecord(page, row) {
  const took = await timed(page, `.grid .body .row[aria-rowindex="${row}"]`, "record");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector(".side"));
  return took;
}

/** Scrolls from the top through as many rows; the milliseconds of each frame. */
function scroll(page) {
  return page.evaluate(
    async ([most, pixels]) => {
      const frames = [];
      const view = document.getElementById("view");
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      view.scrollTop = 0;
      await frame();
      let last = await frame();
      while (view.scrollTop < most) {
        view.scrollTop += pixels;
        const now = await frame();
        frames.push(now - last);
        last = now;
      }
      return frames;
    },
    [ROWS * ROW, PIXELS],
  );
}

function printFrames(what, frames) {
  const sorted = frames.toSorted((one, other) => one - other);
  const longest = Math.round(sorted.at(-1));
  const slow = frames.filter((one) => one > 50).length;
  console.log(
    `| ${what}, longest frame | ${longest} ms${longest <= 50 ? "" : ", **not met**"} | 50 | ${frames.length} frames:` +
      ` median ${Math.round(median(frames))}, p95 ${Math.round(sorted[Math.floor(0.95 * sorted.length)])},` +
      ` ${slow} over 50 |`,
  );
}

async function heap(page) {
  const client = await page.context().newCDPSession(page);
  await client.send("HeapProfiler.collectGarbage");
  await client.send("Performance.enable");
  const { metrics } = await client.send("Performance.getMetrics");
  return metrics.find((one) => one.name === "JSHeapUsedSize").value / 2 ** 20;
}

try {
  console.log("| what | median | at most | each time |\n|---|---|---|---|");
  for (const range of RANGES) {
    const opened = [];
    for (let i = 0; i < ROUNDS; i++) {
      opened.push(await coldOpen(range.millis));
    }
    print(
      `${range.title}: opened, until there are rows`,
      opened.map((one) => one.took),
      range.cold,
    );
    if (range === RANGES[0]) {
      print("requests to open", [Math.max(...opened.map((one) => one.requests))], 12, "");
      print("JavaScript, gzipped", [Math.max(...opened.map((one) => one.scripts)) / 1000], 100, "KB");
    }
    const page = await open(browser, path(range.millis));
    const filtered = [];
    const records = [];
    for (let i = 0; i < ROUNDS; i++) {
      filtered.push(await filter(page, range.millis, i + 1));
    }
    await page.goto(path(range.millis));
    await settled(page);
    for (let i = 0; i < ROUNDS; i++) {
      records.push(await openRecord(page, i + 2));
    }
    print(`${range.title}: a filter, until there are rows`, filtered, range.filtered);
    print(`${range.title}: record opened`, records, 250);
    // The server, which shares the processors here, answers fifty questions meanwhile.
    printFrames(`${range.title}: ${ROWS} rows scrolled while they are loaded`, await scroll(page));
    printFrames(`${range.title}: ${ROWS} loaded rows scrolled`, await scroll(page));
    print(`${range.title}: heap with ${ROWS} rows`, [await heap(page)], 150, "MB");
    await page.context().close();
  }
} finally {
  await browser.close();
}
