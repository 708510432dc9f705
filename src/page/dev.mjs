// Serves the page from its sources beside a running API server, and reloads it when a file changes.
// API_PORT is the server's port (8080), PAGE_PORT that of the page (5173).
import { context } from "esbuild";
import { createReadStream } from "node:fs";
import { createServer, request } from "node:http";
import { options } from "./bundle.mjs";

const apiPort = Number(process.env.API_PORT ?? 8080);
const pagePort = Number(process.env.PAGE_PORT ?? 5173);
const reload = 'new EventSource("/esbuild").addEventListener("change", () => location.reload());';
const bundle = await context({ ...options, sourcemap: "inline", banner: { js: reload }, outdir: "dist", write: false });
await bundle.watch();
const { port } = await bundle.serve({ host: "127.0.0.1" });

const tabs = /^\/(runs|logs|errors|patterns|versions|rejected)?(\?|$)/;
const ofBundle = /^\/(page\.(js|css)|esbuild)(\?|$)/;

createServer((asked, answer) => {
  if (tabs.test(asked.url)) {
    answer.setHeader("Content-Type", "text/html; charset=utf-8");
    createReadStream("index.html").pipe(answer);
    return;
  }
  const to = { host: "127.0.0.1", port: ofBundle.test(asked.url) ? port : apiPort };
  const passed = request({ ...to, path: asked.url, method: asked.method, headers: asked.headers }, (given) => {
    answer.writeHead(given.statusCode, given.headers);
    given.pipe(answer);
  });
  passed.on("error", () => answer.writeHead(502).end(`Nothing answers on port ${to.port}`));
  // A live stream ends when its reader leaves.
  answer.on("close", () => passed.destroy());
  asked.pipe(passed);
}).listen(pagePort, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${pagePort} shows the page beside the API server on port ${apiPort}`);
});
