// What a person does with the page, in a real browser against the real API and ClickHouse. Tests have the words of the
// Kore.ai documents as names where these have some.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { after, afterEach, before, test } from "node:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { key, launch, open, violations } from "./browser.mjs";

const STRANGE = `a/b 'q' "d" <img src=x onerror=boom()> العربية %2F?`;
const CHECKOUT = "account=shop&script=Checkout";
const PICTURES = join(tmpdir(), "pictures");
mkdirSync(PICTURES, { recursive: true });

let browser;
let page;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

afterEach(async () => {
  const complaints = page?.complaints ?? [];
  await page?.context().close();
  page = null;
  assert.deepEqual(complaints, []);
});

const rows = () => page.locator(".grid .body .row");
const firstRow = () => page.locator(".grid .body .row[aria-rowindex='2']");
const cell = (title) => page.getByRole("columnheader", { name: title });
const query = () => new URL(page.url()).searchParams;
const filterOf = (filter) => encodeURIComponent(JSON.stringify(filter));
const record = () => page.getByRole("complementary", { name: "Record of a run" });

async function show(path, options) {
  page = await open(browser, path, options);
}

/** Waits until nothing of the view is still being loaded. */
async function settled() {
  await page.waitForFunction(() => !document.querySelector(".spinner, .waiting"));
}

async function figure(title) {
  return (await page.locator(".metric", { hasText: title }).locator(".figure").innerText()).trim();
}

test("Performance metrics: Total Runs, Response Time (P90), Response Time (P99), Failure Rate", async () => {
  await show(`/runs?${CHECKOUT}`);
  await rows().first().waitFor();
  await page.waitForFunction(() => document.querySelector(".figure")?.textContent === "600");

  assert.equal(await figure("Total runs"), "600");
  // 6 of 300 and 30 of 299 have failed.
  assert.equal(await figure("Failure rate"), "6.01 %");
  assert.match(await figure("Response time (P90)"), /^\d+ ms$/);
  assert.match(await figure("Response time (P99)"), /^\d+ ms$/);
  assert.match(
    await page.locator(".metric", { hasText: "Failure rate" }).getAttribute("title"),
    /1 failure in 3 runs = 33\.33%/,
  );
});

test("Metrics compare with the period before", async () => {
  await show(`/runs?${CHECKOUT}&from=now-2h`);
  const change = page.locator(".metric", { hasText: "Failure rate" }).locator(".change");
  await change.waitFor();

  assert.match(await change.innerText(), /▲.*pp/);
  assert.match(await change.getAttribute("title"), /2\.00 % in the period before/);
});

test("Run-level data has the documented columns", async () => {
  await show(`/runs?${CHECKOUT}`);
  await rows().first().waitFor();

  for (const title of [
    "Run ID",
    "Status",
    "Version",
    "Response Time",
    "Function",
    "Executed On",
    "Source Type",
    "Source",
  ]) {
    assert.equal(await cell(title).first().isVisible(), true, title);
  }
  assert.match(await firstRow().innerText(), /run_0599\s+In Progress\s+v2\s+–\s+charge/);
  assert.equal(await rows().first().getByText("In Progress").count(), 1);
});

test("The page opens with at most 12 requests and 100 KB of JavaScript", async () => {
  await show(`/runs?${CHECKOUT}`);
  await rows().first().waitFor();
  await page.waitForLoadState("networkidle");

  assert.ok(page.asked.length <= 12, page.asked.join("\n"));
  const script = await (await page.request.get("/page.js")).body();
  assert.ok(gzipSync(script).length <= 100_000, `${gzipSync(script).length} bytes`);
});

test("Click a run record to open the record view; K for previous, J for next", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await page.getByText("run_0597", { exact: true }).click();
  await record().getByRole("heading", { name: "run_0597" }).waitFor();
  assert.equal(query().get("run"), "run_0597");

  await page.keyboard.press("j");
  await record().getByRole("heading", { name: "run_0596" }).waitFor();
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await record().getByRole("heading", { name: "run_0598" }).waitFor();

  await page.keyboard.press("Escape");
  await record().waitFor({ state: "detached" });
  await page.goBack();
  await record().getByRole("heading", { name: "run_0598" }).waitFor();
});

test("The record shows input, output, error, phases and logs", async () => {
  await show(`/runs?${CHECKOUT}&run=run_0597`);
  const text = record();
  await text.getByText("The bank did not answer").first().waitFor();
  await text.locator(".entries li").first().waitFor();

  const shown = await text.innerText();
  for (const part of [
    "Failed",
    "BANK",
    "at charge (pay.js:10)",
    "order",
    "597",
    "handler",
    "Adding order 597",
    "Stdout",
    "printed 597",
  ]) {
    assert.ok(shown.includes(part), part + "\n" + shown);
  }
  // It lies within its deployment's percentiles.
  await text.getByText(/Its deployment: P50 .* P90 .* P99/).waitFor();
});

test("ID copying: the copy icon of a Run ID", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await page.getByText("run_0598", { exact: true }).hover();
  await page.locator(".row:hover").getByRole("button", { name: "Copy the run ID" }).click();

  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "run_0598");
  assert.equal(query().get("run"), null);
});

test("Log-level data: Log ID, Log Level, Log Message, Timestamp; Total Logs", async () => {
  await show(`/logs?${CHECKOUT}`);
  await rows().first().waitFor();

  for (const title of ["Timestamp", "Log Level", "Log Message", "Log ID"]) {
    assert.equal(await cell(title).isVisible(), true, title);
  }
  await page.getByText("Total logs 1,800").waitFor();
  assert.match(await firstRow().innerText(), /Debug\s+done/);
});

test("A log entry is shown among its neighbours", async () => {
  await show(`/logs?${CHECKOUT}&charts=off`);
  await page.getByText("Adding order 598", { exact: true }).click();
  const entry = page.getByRole("complementary", { name: "Log entry" });
  await entry.locator("[aria-current]", { hasText: "Adding order 598" }).waitFor();

  assert.ok((await entry.locator(".entries").innerText()).includes("printed 597"));
  await entry.getByRole("button", { name: "Same run" }).click();
  await entry.getByText("printed 597").waitFor({ state: "detached" });
  // The link alone shows the same.
  const link = page.url();
  await page.goto("about:blank");
  await page.goto(link);
  await entry.locator(".whole-message", { hasText: "Adding order 598" }).waitFor();
});

test("Filtering Log message contains “Adding”", async () => {
  await show(`/logs?${CHECKOUT}&charts=off`);
  await rows().first().waitFor();
  await page.keyboard.press("f");
  await page.getByLabel("Column").selectOption({ label: "Log Message" });
  await page.getByLabel("Operator").selectOption({ label: "contains" });
  await page.getByLabel("Value; Tab adds it").fill("Adding");
  await page.getByRole("button", { name: "Apply" }).click();

  await page.getByText("Log Message contains Adding").waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".grid .body .row")].every((row) => row.textContent.includes("Adding")),
  );
  assert.deepEqual(JSON.parse(query().get("filter")), { column: "message", op: "contains", value: "Adding" });
  await page.goBack();
  await page.getByText("done").first().waitFor();
});

test("Enter multiple values by pressing Tab after each entry", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await rows().first().waitFor();
  await page.keyboard.press("f");
  await page.getByLabel("Column").selectOption({ label: "Run ID" });
  await page.getByLabel("Value; Tab adds it").fill("run_0001");
  await page.keyboard.press("Tab");
  await page.getByLabel("Value; Tab adds it").fill("run_0002");
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Apply" }).click();

  await page.getByText("Run ID is run_0001 or run_0002").waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".grid .body .row").length === 2);
});

test("Combine filters using AND or OR, in groups", async () => {
  const failed = { column: "status", op: "equals", value: "Failed" };
  const refund = { column: "function", op: "equals", value: "refund" };
  await show(`/runs?${CHECKOUT}&charts=off&filter=${filterOf({ and: [failed, refund] })}`);
  await rows().first().waitFor();
  await page.waitForFunction(() => document.querySelector(".figure")?.textContent.trim() === "12");
  await page.getByRole("button", { name: "AND" }).click();
  await page.getByRole("button", { name: "OR", exact: true }).waitFor();
  // 200 refunds, and 36 failures of which 12 are refunds.
  await page.waitForFunction(() => document.querySelector(".figure")?.textContent.trim() === "224");

  await page.getByRole("button", { name: "Remove the filter: Function is refund" }).click();
  await page.waitForFunction(() => document.querySelector(".figure")?.textContent.trim() === "36");
  await page.getByRole("button", { name: "Status is Failed", exact: true }).click();
  await page.getByRole("button", { name: "Condition", exact: true }).click();
  await page.getByLabel("Column").nth(1).selectOption({ label: "Source" });
  await page.getByRole("option", { name: /Night job/ }).click();
  await page.getByRole("button", { name: "Any (OR)" }).click();
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: "Source is Night job", exact: true }).waitFor();
  assert.equal(JSON.parse(query().get("filter")).or.length, 2);
});

test("The menu of a cell filters for or against its value", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await page.getByText("refund", { exact: true }).first().click({ button: "right" });
  await page.getByRole("menuitem", { name: "Without refund" }).click();

  await page.getByText("Function is not refund").waitFor();
  await page.waitForFunction(() => document.querySelector(".figure")?.textContent.trim() === "400");
});

test("Values of columns are counted and narrow the list", async () => {
  await show(`/runs?${CHECKOUT}&charts=off&facets=on`);
  const facet = page.locator(".facet", { hasText: "Error Code" });
  await facet.getByRole("button", { name: /BANK/ }).click();

  await page.getByText("Error Code is BANK").waitFor();
  await page.waitForFunction(() => document.querySelector(".figure")?.textContent.trim() === "30");
});

test("Columns are chosen, and the address has them", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await rows().first().waitFor();
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Error Code" }).check();
  await page.getByRole("checkbox", { name: "Source Type" }).uncheck();
  await page.keyboard.press("Escape");

  await page.getByRole("gridcell", { name: "BANK" }).first().waitFor();
  assert.equal(await cell("Source Type").count(), 0);
  assert.ok(query().get("columns").split(",").includes("errorCode"));
});

test("Sorting by a column, and a filter that nothing passes", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await cell("Response Time").getByRole("button").click();
  await page.waitForFunction(() =>
    document.querySelector(".grid .row[aria-rowindex='2']")?.textContent.includes("258 ms"),
  );
  assert.equal(await cell("Response Time").getAttribute("aria-sort"), "descending");

  await page.goto(`/runs?${CHECKOUT}&filter=${filterOf({ column: "function", op: "equals", value: "nothing" })}`);
  await page.getByText("No runs pass the filter in this range").waitFor();
  await page.getByRole("link", { name: "Clear the filter" }).click();
  await rows().first().waitFor();
});

test("Use the time selection: a past period, the current day, a range without runs", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await page.getByRole("button", { name: /Last 24 hours/ }).click();
  await page.getByRole("button", { name: "Today" }).click();
  assert.equal(query().get("from"), "today");

  await page.getByRole("button", { name: /^Today/ }).click();
  await page.getByLabel("From", { exact: true }).fill("2026-01-01T00:00:00");
  await page.getByLabel("To, not included").fill("2026-01-02T00:00:00");
  await page.getByRole("button", { name: "Apply" }).click();
  // Berlin is an hour ahead.
  assert.equal(query().get("from"), "2025-12-31T23:00:00.000Z");
  await page.getByText("No runs in this range").waitFor();
  await page.getByRole("link", { name: "Show the hour before it" }).click();
  await rows().first().waitFor();
});

test("Charts: the table behind each, and dragging narrows the range", async () => {
  await show(`/runs?${CHECKOUT}&from=now-6h`);
  await page.locator(".plot canvas").nth(2).waitFor();
  for (const title of ["Response time of runs", "Runs by status", "P90 by deployment"]) {
    await page.getByRole("button", { name: `Show ${title} as a table` }).click();
    await page
      .getByRole("group", { name: `${title} as a table` })
      .getByRole("cell")
      .first()
      .waitFor();
  }
  await page.getByRole("button", { name: "Show Runs by status as a chart" }).click();
  const plot = await page.locator(".figure-box", { hasText: "Runs by status" }).locator(".u-over").boundingBox();
  await page.mouse.move(plot.x + plot.width * 0.5, plot.y + 40);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * 0.7, plot.y + 50, { steps: 4 });
  await page.mouse.up();

  await page.waitForFunction(() => new URL(location.href).searchParams.get("to"));
  const width = Date.parse(query().get("to")) - Date.parse(query().get("from"));
  assert.ok(Math.abs(width - 0.2 * 6 * 36e5) < 6e5, `${width} ms`);
});

test("Errors, with their runs and the deployment in which they came first", async () => {
  await show(`/errors?${CHECKOUT}`);
  await rows().first().waitFor();
  assert.match(await rows().first().innerText(), /BANK|The bank did not answer/);
  await rows().first().click();
  await page
    .getByRole("complementary", { name: "Error" })
    .getByRole("link", { name: "Runs that failed by it" })
    .click();

  await page.getByText(/Error Group is/).waitFor();
  await page.waitForFunction(() => document.querySelector(".figure")?.textContent.trim() === "30");
});

test("Patterns lead to their entries", async () => {
  await show(`/patterns?${CHECKOUT}`);
  await page.getByText("Adding order *").click();

  await page.getByText("Total logs 600").waitFor();
  assert.equal(new URL(page.url()).pathname, "/logs");
});

test("Versions: two side by side, with their verdict", async () => {
  await show(`/versions?${CHECKOUT}`);
  await page.getByRole("row", { name: /Failure rate 2\.00 % 10\.03 % \+8\.03 pp/ }).waitFor();

  await page.locator(".verdict .status").waitFor();
  assert.equal(await page.locator(".verdict .status").innerText(), "Worse");
  await page.getByRole("region", { name: "New errors" }).getByText("BANK").first().waitFor();
});

async function insert(sql) {
  const answer = await fetch(process.env.PAGE_CLICKHOUSE, { method: "POST", body: sql });
  assert.equal(answer.status, 200, await answer.text());
}

/** Has a run of the script Arriving arrive, as the job writes one. */
async function arrive(runId, version, status) {
  const took = status === "Success" ? 42 : null;
  const start = `toDateTime64(toUnixTimestamp(now()) - 5, 3, 'UTC')`;
  await insert(`INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,
    deployment_version, function, response_time, ended_on, retention_days)
    SELECT 'shop', 'Arriving', if(count() = 0, ${start}, any(executed_on)), '${runId}', ${version}, '${status}', 1, 'f',
      ${took}, ${took === null ? "NULL" : "now64(3)"}, 36500
    FROM script_analytics.runs WHERE account = 'shop' AND run_id = '${runId}'`);
}

test("Live: newer runs are counted and offered, and an open record sees its run end", async () => {
  await show("/runs?account=shop&script=Arriving&charts=off");
  await rows().first().waitFor();
  await page.getByRole("button", { name: "Live" }).click();
  await page.locator(".live.open").waitFor();
  await arrive("run_live", 1, "In Progress");
  await page.getByRole("button", { name: "1 new run" }).waitFor();
  assert.equal(await page.getByText("run_live", { exact: true }).count(), 0);
  await page.keyboard.press("n");
  await page.getByText("run_live", { exact: true }).click();
  await record().getByText("In Progress").waitFor();
  await record().getByText("Running for").waitFor();
  await page.waitForTimeout(300);
  await arrive("run_live", 3, "Success");

  await record().getByText("42 ms").first().waitFor();
  await page.locator(".grid .row.open", { hasText: "Success" }).waitFor();
});

test("Live: a page that is left open keeps no more than 2,000 new runs", async () => {
  await show("/runs?account=shop&script=Arriving&charts=off&live=on");
  await page.locator(".live.open").waitFor();
  await insert(`INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status, retention_days)
    SELECT 'shop', 'Arriving', now64(3), 'run_' || toString(number), 3, 'Success', 36500 FROM numbers(2100)`);
  await page.getByRole("button", { name: "2,000+ new runs" }).click();

  await page.getByText("run_0", { exact: true }).waitFor();
});

test("Export All Runs or Logs data as a .csv file, by range and filter", async () => {
  await show(`/runs?${CHECKOUT}&charts=off&filter=${filterOf({ column: "status", op: "equals", value: "Failed" })}`);
  await rows().first().waitFor();
  const saved = async () => {
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "CSV" }).click(),
    ]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
  };
  const runs = await saved();
  assert.equal(runs.name, "Checkout_runs_data.csv");
  // A line of titles, and one for each failed run.
  assert.equal(runs.text.trim().split(/\r?\n/).length, 37);
  await page.goto(`/logs?${CHECKOUT}&charts=off`);
  await rows().first().waitFor();
  assert.equal((await saved()).name, "Checkout_logs_data.csv");
});

test("Log entries whose script is not known are found", async () => {
  await show("/?account=shop");
  await page.getByText("A stray entry 1").waitFor();
  await page.getByRole("link", { name: "Show the entries" }).click();
  await rows().first().waitFor();
  assert.equal(await rows().count(), 3);
  await page.getByRole("button", { name: "Without a script" }).waitFor();
  assert.ok(await page.getByRole("button", { name: "Live" }).isDisabled());
  // The address holds that no script is meant, and all views stand it.
  await page.reload();
  await rows().first().click();
  await page.locator(".side").getByText("stray_1").first().waitFor();
  await page.getByRole("link", { name: "Runs", exact: true }).click();
  await page.getByText("No runs in this range").waitFor();
});

test("A link opened without a session leads to the login and back", async () => {
  await show(`/runs?${CHECKOUT}&run=run_0597`, { session: false });
  await page.getByRole("heading", { name: "Log in to Script Analytics" }).waitFor();
  await logIn("sa_wrong");
  await page.getByText("This key is not valid").waitFor();
  await logIn(key);

  await record().getByRole("heading", { name: "run_0597" }).waitFor();
  await rows().first().waitFor();
});

const ended = () => page.getByRole("heading", { name: "Your session has ended" });

async function loseSession() {
  await page.context().clearCookies();
  await page.keyboard.press("r");
  await ended().waitFor();
}

async function logIn(withKey) {
  await page.getByLabel("API key").fill(withKey);
  await page.keyboard.press("Enter");
}

test("A session that ends is said, and goes on after a login", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await rows().first().waitFor();
  await loseSession();
  await logIn(key);

  await ended().waitFor({ state: "detached" });
  await rows().first().waitFor();
});

test("After a session has ended, another user gets nothing of what was shown", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await rows().first().waitFor();
  await loseSession();
  await logIn(process.env.PAGE_OTHER_KEY);

  await page.getByText("You may not see this").first().waitFor();
  assert.equal(await rows().count(), 0);
  // The other user does not see the account of the address.
  page.complaints.length = 0;
});

test("Answers from before a login do not end the new session", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await rows().first().waitFor();
  let release;
  const login = new Promise((go) => (release = go));
  const late = [];
  const delay = async (route) => {
    const answer = await route.fetch();
    if (answer.status() === 401 && !route.request().url().endsWith("/v2/session")) {
      late.push(answer);
      await login;
    }
    await route.fulfill({ response: answer });
  };
  // The page gives up questions, and then there is no one to answer.
  await page.route("**/v2/**", (route) => delay(route).catch(() => {}));
  // The one answer that is there is enough, and what was shown stays beneath the login.
  await loseSession();
  await rows().first().waitFor();
  await logIn(key);
  await ended().waitFor({ state: "detached" });
  release();

  assert.ok(late.length > 0);
  await rows().first().waitFor();
  assert.equal(await page.getByLabel("API key").count(), 0);
  await page.unrouteAll({ behavior: "wait" });
});

test("An answer that fails says so, and can be asked for again", async () => {
  await show("/runs?account=shop");
  await page.route("**/v2/runs?**", (route) => route.abort());
  await page.getByRole("option", { name: /Checkout/ }).click();
  await page.getByText("The server cannot be reached").waitFor();
  await page.unroute("**/v2/runs?**");
  await page.getByRole("button", { name: "Try again" }).click();

  await rows().first().waitFor();
  page.complaints.length = 0;
});

/** What lies between a server and its ClickHouse, so that a test can take that away. */
function listenForClickHouse() {
  const { hostname, port } = new URL(process.env.PAGE_CLICKHOUSE);
  const open = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  return new Promise((resolve) => {
    server.listen(Number(process.env.PAGE_PROXIED), "127.0.0.1", () =>
      resolve(async () => {
        const closed = new Promise((done) => server.close(done));
        open.forEach((socket) => socket.destroy());
        await closed;
      }),
    );
  });
}

test("ClickHouse that goes away is said, and its return is seen without a click", async () => {
  let stop = await listenForClickHouse();
  try {
    await show(`/runs?${CHECKOUT}&charts=off`, { at: process.env.PAGE_APART });
    await rows().first().waitFor();
    await stop();
    await page.keyboard.press("r");
    await page.getByText("The page tries again by itself").waitFor();
    assert.equal(await rows().count(), 0);
    stop = await listenForClickHouse();

    await rows().first().waitFor({ timeout: 30_000 });
    assert.equal(await page.getByText("This could not be loaded").count(), 0);
  } finally {
    await stop();
    // The browser writes each answer that failed to its console.
    page.complaints.length = 0;
  }
});

test("Records that could not be used are explained, where the account is seen", async () => {
  await show("/?account=shop");
  await page.getByText("Some records could not be used").waitFor();
  await page.getByRole("link", { name: "Show them" }).click();
  await page.getByRole("row", { name: /missing_field run_id is missing/ }).click();

  const panel = page.getByRole("complementary", { name: "Record that could not be used" });
  await panel.getByText("The event lacks a field that it needs. Correct what the producer sends").waitFor();
  await panel.getByText('"Checkout"').waitFor();
  await page.getByRole("row", { name: /not_json/ }).click();
  await panel.getByText("<b>nothing").waitFor();
  assert.equal(await page.getByText("of another account").count(), 0);
});

test("A copied link shows the same range and versions", async () => {
  await show(`/versions?${CHECKOUT}`);
  await page.locator(".verdict .status").waitFor();
  await page.getByRole("button", { name: /Copy a link to this view/ }).click();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));

  assert.match(link.searchParams.get("from"), /^\d{4}-.*Z$/);
  assert.deepEqual([link.searchParams.get("candidate"), link.searchParams.get("baseline")], ["v2", "v1"]);
});

test("Identify runs with high response times: the slowest first", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await page.getByRole("link", { name: "Slowest runs first" }).click();

  await page.waitForFunction(() =>
    document.querySelector(".grid .row[aria-rowindex='2']")?.textContent.includes("258 ms"),
  );
});

test("If no script has been deployed and executed yet, a message is displayed", async () => {
  await show("/?account=shop");
  await page.route("**/v2/scripts?**", (route) => route.fulfill({ json: { account: "shop", scripts: [] } }));
  await page.getByRole("button", { name: "Load again" }).click();

  await page.getByText("No script has been deployed and executed yet").waitFor();
});

test("Status indicators: green labels for successful runs, red for failed ones, and In Progress", async () => {
  await show(`/runs?${CHECKOUT}&charts=off`);
  await rows().first().waitFor();
  const colour = (word) =>
    page
      .locator(".grid .status", { hasText: word })
      .first()
      .evaluate((label) => getComputedStyle(label).color.match(/\d+/g).map(Number));

  const [red, green] = [await colour("Failed"), await colour("Success")];
  assert.ok(red[0] > red[1] && red[0] > red[2], red.join());
  assert.ok(green[1] > green[0] && green[1] > green[2], green.join());
  await page.locator(".grid .status", { hasText: "In Progress" }).first().waitFor();
});

test("Log visibility: the levels Stdout, Info, Debug and Error, and the function of an entry", async () => {
  await show(`/logs?${CHECKOUT}&charts=off`);
  for (const level of ["Stdout", "Info", "Debug", "Error"]) {
    await page.locator(".grid .level", { hasText: level }).first().waitFor();
  }
});

test("Filtering Log level by Stdout, and Total Runs since deployment", async () => {
  await show(`/logs?${CHECKOUT}&charts=off`);
  await page.locator(".grid .level", { hasText: "Stdout" }).first().click({ button: "right" });
  await page.getByRole("menuitem", { name: "Only Stdout" }).click();
  await page.getByText("Log Level is Stdout").waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".grid .body .row")].every((row) => row.textContent.includes("Stdout")),
  );

  await page.goto(`/runs?${CHECKOUT}&charts=off`);
  await page.getByRole("button", { name: /Last 24 hours/ }).click();
  await page.getByRole("button", { name: "Since v2" }).click();
  await page.waitForFunction(() => document.querySelector(".figure")?.textContent.trim() === "300");
});

test("The script's errors are one step from the overview", async () => {
  await show("/?account=shop");
  await page.getByRole("link", { name: "36", exact: true }).click();
  await page.getByRole("grid", { name: "Errors" }).waitFor();
  assert.equal(query().get("script"), "Checkout");
});

test("Which script fails most is seen at once", async () => {
  await show("/?account=shop");
  const first = page.getByRole("grid", { name: "Scripts" }).getByRole("row").nth(1);
  await first.getByText("Checkout").waitFor();
  assert.match(await first.innerText(), /600\s+36\s+6\.01 %/);
  await first.click();
  await page.getByRole("grid", { name: "Runs" }).waitFor();
});

test("The script dropdown finds one of 10,000 scripts by typing", async () => {
  await show("/");
  await page.getByRole("combobox", { name: "Find an account" }).fill("man");
  await page.getByRole("option", { name: "many" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("The first 100 scripts; type to find others").waitFor();
  await page.getByRole("combobox", { name: "Find a script" }).fill("7421");
  await page.getByRole("option", { name: "script_07421" }).waitFor();
  await page.keyboard.press("Enter");

  await page.getByRole("grid", { name: "Runs" }).waitFor();
  assert.equal(query().get("script"), "script_07421");
  await page.keyboard.press("s");
  await page.getByRole("combobox", { name: "Find a script" }).fill("script_00042");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => new URL(location.href).searchParams.get("script") === "script_00042");
});

test("Names with quotes, slashes, markup and right-to-left text are text", async () => {
  const address = `account=shop&script=${encodeURIComponent(STRANGE)}`;
  await show(`/runs?${address}`);
  await page.getByText(`r/%<b>"'0`, { exact: true }).click();
  await record().getByRole("heading", { name: `r/%<b>"'0` }).waitFor();
  await record().getByText("</script><script>boom()</script>").waitFor();
  await record().getByText("<img src=x onerror=boom()>").first().waitFor();
  assert.equal(await page.locator("img, b:has-text('x')").count(), 0);

  await page.goto(`/logs?${address}`);
  await page
    .getByText(/<img src=x onerror=boom/)
    .nth(1)
    .waitFor();
  await page.getByText("<b>f</b>").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Only <b>f</b>" }).click();
  await page.getByText("Function is <b>f</b>").waitFor();
});

test("A run with 50,000 log entries and an input of 1 MB", async () => {
  await show("/runs?account=shop&script=Heavy&run=run_heavy");
  await record().getByText("998000 more characters").waitFor();
  await record().locator(".entries li").nth(199).waitFor();
  await record().getByRole("button", { name: "Load more" }).click();

  await record().locator(".entries li").nth(399).waitFor();
});

test("A long list is scrolled with few rows in the document", async () => {
  await show("/logs?account=shop&script=Heavy&charts=off");
  await rows().first().waitFor();
  for (let i = 0; i < 12; i++) {
    await page.locator("#view").evaluate((view) => view.scrollTo(0, view.scrollHeight));
    await page.waitForTimeout(60);
  }
  await page.waitForFunction(() => document.querySelector(".grid .body").clientHeight > 34 * 1000);

  assert.ok((await rows().count()) < 80);
});

test("Everything works by the keyboard alone", async () => {
  await show("/", { session: false });
  await page.getByLabel("API key").waitFor();
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: "shop" }).waitFor();
  await page.keyboard.type("shop");
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: /Checkout/ }).waitFor();
  await page.keyboard.type("Check");
  await page.keyboard.press("Enter");
  await page.getByRole("grid", { name: "Runs" }).waitFor();
  // Tab reaches the list, arrows move in it.
  await page.keyboard.press("c");
  for (let i = 0; i < 60 && (await page.evaluate(() => document.activeElement?.getAttribute("role"))) !== "grid"; i++) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await record().getByRole("heading", { name: "run_0597" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: "Only Failed" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Status is Failed").waitFor();
  await page.keyboard.press("2");
  await page.waitForURL("**/logs?**");
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Keys" }).waitFor({ state: "hidden" });
  await page.keyboard.press("t");
  await page.getByRole("dialog", { name: /range of time/ }).waitFor();
  await page.keyboard.press("Escape");
});

test("Roles and names as a screen reader walks them", async () => {
  await show(`/runs?${CHECKOUT}&run=run_0597`);
  await record().getByText("BANK").first().waitFor();

  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Runs" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Runs", exact: true }).getAttribute("aria-current"), "page");
  const grid = page.getByRole("grid", { name: "Runs" });
  // The list's own rows come before the figures, which know how many there are.
  await page.locator("[role=grid][aria-label=Runs][aria-rowcount='601']").waitFor();
  assert.equal(await grid.getByRole("row", { selected: true }).count(), 1);
  await page
    .getByRole("figure", { name: "Runs by status" })
    .getByRole("img", { name: "Runs by status over time" })
    .waitFor();
  await record().getByRole("button", { name: "Previous run (K)" }).waitFor();
});

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing in any view, ${scheme}`, async () => {
    await show(`/runs?${CHECKOUT}&run=run_0597&facets=on`, { scheme });
    const found = [];
    const look = async (name, ready) => {
      await page.locator(ready).first().waitFor();
      await settled();
      await page.screenshot({ path: join(PICTURES, `${name}-${scheme}.png`) });
      found.push(...(await violations(page)).map((one) => `${name}: ${one}`));
    };
    await look("runs", ".side .entries");
    await page.goto(`/logs?${CHECKOUT}&filter=${filterOf({ column: "level", op: "equals", value: "error" })}`);
    await rows().first().click();
    await look("logs", ".side .entries");
    await page.goto(`/errors?${CHECKOUT}`);
    await rows().first().click();
    await look("errors", ".side .facts");
    await page.goto(`/patterns?${CHECKOUT}`);
    await look("patterns", ".grid .body .row");
    await page.goto(`/versions?${CHECKOUT}`);
    await look("versions", ".verdict .status");
    await page.keyboard.press("t");
    await look("range", ".panel.range");
    await page.goto(`/runs?${CHECKOUT}&charts=off`);
    await rows().first().waitFor();
    await page.keyboard.press("f");
    await page.getByLabel("Column").selectOption({ label: "Source" });
    await look("filter", ".panel .option");
    await page.goto("/rejected?account=shop");
    await rows().first().click();
    await look("rejected", ".side .facts");
    await page.goto("/?account=shop");
    await page.getByRole("link", { name: "Show the entries" }).waitFor();
    await look("overview", ".grid .body .row");
    await page.goto("/");
    await look("welcome", ".option");
    await page.getByRole("button", { name: "Log out" }).click();
    await look("login", ".card input");
    assert.deepEqual(found, []);
  });
}

for (const [width, height] of [
  [1024, 768],
  [390, 844],
]) {
  test(`Views fit ${width} pixels`, async () => {
    await show(`/runs?${CHECKOUT}`, { width, height });
    for (const tab of ["runs", "logs", "errors", "patterns", "versions"]) {
      await page.goto(`/${tab}?${CHECKOUT}`);
      await rows().first().waitFor();
      await settled();
      await page.screenshot({ path: join(PICTURES, `${tab}-${width}.png`) });
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(beyond <= 0, `${tab} is ${beyond} pixels too wide`);
    }
  });
}
