// Bundles the page into a directory: node build.mjs DIRECTORY. index.html is written last, so that it dates the build.
import { build } from "esbuild";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { options } from "./bundle.mjs";

const directory = process.argv[2] ?? "dist";
await mkdir(directory, { recursive: true });
await build({ ...options, minify: true, outdir: directory });
await copyFile("index.html", join(directory, "index.html"));
