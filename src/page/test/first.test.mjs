// The first ten minutes, as README.md tells them, with its commands: events go through Kafka and the real job to the page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, open } from "./browser.mjs";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

let browser;
let page;

before(async () => {
  browser = await launch();
  page = await open(browser, "/");
});

after(() => browser.close());

/** The commands of the chapter that send an event. */
function events() {
  const chapter = readFileSync(ROOT + "README.md", "utf8")
    .split("## The first ten minutes")[1]
    .split("\n## ")[0];
  const commands = chapter.match(/^    echo [^]*?script-runs -$/gm);
  assert.equal(commands.length, 2);
  return commands;
}

function send(command) {
  const told = execFileSync("bash", ["-c", command], { cwd: ROOT, encoding: "utf8" });
  assert.match(told, /Sent 1 records/);
}

/** Waits until the API answers a path with a text in it. */
async function answered(path, text) {
  await page.evaluate(
    async ([asked, part]) => {
      while (!(await (await fetch(asked)).text()).includes(part)) {
        await new Promise((next) => setTimeout(next, 250));
      }
    },
    [path, text],
  );
}

test("A first event that is wrong is explained on the page", { timeout: 120_000 }, async () => {
  send(events()[0]);
  await answered("/v2/rejected?account=mine", "run_id is missing");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Load again" }).click();

  await page.getByText(/The last came .*run_id is missing/).waitFor();
  await page.getByRole("link", { name: "Show them" }).click();
  // The newest is on top; the sample may have some, too.
  await page
    .getByRole("row", { name: /missing_field run_id is missing/ })
    .first()
    .click();
  const panel = page.getByRole("complementary", { name: "Record that could not be used" });
  await panel.getByText("The event lacks a field that it needs").waitFor();
  await panel.getByText('"Greeting"').waitFor();
});

test("The first run is seen on the page, and the next one as it arrives", { timeout: 120_000 }, async () => {
  const run = events()[1];
  send(run);
  await answered("/v2/runs/run_1?account=mine", "Hello Ann");
  await page.goto("/");
  await page.getByRole("combobox", { name: "Find an account" }).fill("mine");
  await page.getByRole("option", { name: "mine" }).click();
  await page.getByRole("option", { name: /Greeting/ }).click();
  await page.getByText("run_1", { exact: true }).click();
  const record = page.getByRole("complementary", { name: "Record of a run" });
  await record.getByText('"Hello Ann"').waitFor();
  await record.getByText("greeted Ann").waitFor();

  await page.getByRole("button", { name: "Live" }).click();
  await page.locator(".live.open").waitFor();
  send(run.replace("run_1", "run_2"));
  await page.getByRole("button", { name: "1 new run" }).waitFor({ timeout: 60_000 });
});
