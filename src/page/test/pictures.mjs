// Takes the pictures of README from a running local stack with its sample data: deploy/local/page-pictures
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch, open } from "./browser.mjs";

const MOST_BYTES = 200_000;
const FRAUD = "account=acme&script=FraudScore&from=now-3h";
const SIZE = { width: 1280, height: 800 };

const browser = await launch();

async function take(name, path, ready, prepare = async () => {}) {
  const page = await open(browser, path, SIZE);
  await page.locator(ready).first().waitFor();
  await prepare(page);
  await page.waitForFunction(() => !document.querySelector(".spinner, .waiting"));
  const file = fileURLToPath(new URL(`../../../deploy/${name}.png`, import.meta.url));
  await page.screenshot({ path: file });
  const bytes = statSync(file).size;
  console.log(`${file}: ${bytes} bytes`);
  if (bytes > MOST_BYTES) {
    throw new Error(`${name} is larger than ${MOST_BYTES} bytes`);
  }
}

try {
  const failed = encodeURIComponent(JSON.stringify({ column: "status", op: "equals", value: "Failed" }));
  await take("page-runs", `/runs?${FRAUD}`, ".charts canvas");
  await take("page-record", `/runs?${FRAUD}&filter=${failed}&charts=off`, ".grid .body .row", async (page) => {
    await page.locator(".grid .body .row").nth(1).click();
    await page.locator(".side .entries, .side .error-box").first().waitFor();
  });
  await take("page-rejected", "/rejected", ".grid .body .row", async (page) => {
    await page.locator(".row", { hasText: "run_id is missing" }).first().click();
    await page.locator(".side .tree").waitFor();
  });
} finally {
  await browser.close();
}
