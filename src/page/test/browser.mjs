// A real browser for the tests: the Chromium inside an npm package, or the one that BROWSER_PATH names.
import sparticuz, { inflate, setupLambdaEnvironment } from "@sparticuz/chromium";
import axe from "axe-core";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const base = process.env.PAGE_URL;
const key = process.env.PAGE_KEY;

async function program() {
  if (process.env.BROWSER_PATH) {
    return process.env.BROWSER_PATH;
  }
  const path = await sparticuz.executablePath();
  // A machine without NSS and its like takes the libraries that come with the package.
  if (execFileSync("ldd", [path], { encoding: "utf8" }).includes("not found")) {
    const home = dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium"));
    await inflate(join(home, "..", "..", "bin", "al2023.tar.br"));
    setupLambdaEnvironment(join(tmpdir(), "al2023", "lib"));
  }
  return path;
}

export async function launch() {
  return chromium.launch({
    executablePath: await program(),
    // As a machine without a graphics card draws: shaders in software would stop a frame for a second.
    args: ["--no-sandbox", "--disable-gpu"],
  });
}

/** A page with a session, or without one; what its console complains of is in its list of complaints. */
export async function open(
  browser,
  path,
  { session = true, scheme = "light", width = 1440, height = 900, at = base } = {},
) {
  const context = await browser.newContext({
    baseURL: at,
    viewport: { width, height },
    colorScheme: scheme,
    // In the locale of a bare machine, uPlot would not start.
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  if (session) {
    await context.request.post("/v2/session", { data: { key } });
  }
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.complaints = [];
  page.asked = [];
  page.on("console", (message) => {
    // A run that has logged nothing is answered with 404.
    if (["error", "warning"].includes(message.type()) && !/status of 40[14]/.test(message.text())) {
      page.complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => page.complaints.push(error.stack));
  page.on("request", (request) => page.asked.push(request.url()));
  await page.goto(path);
  return page;
}

/** What axe finds against WCAG 2.2 AA and good practice. */
export async function violations(page) {
  // The page's policy forbids scripts that it does not know; evaluate is not bound by it.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

export { base, key };
