// Builds main.ts and main.css, with the fonts they name, into one folder that git ignores.
// manifest.json there maps each source name to the file as built and its SHA-256, in the form of an `integrity` attribute.
// `--check` builds in memory only. Any warning is a failure: a page must not depend on what the bundler guessed.
import { createHash } from "node:crypto";
import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../src/rabet/web/static/build");

const options = {
  entryPoints: [join(here, "main.ts"), join(here, "main.css")],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".woff2": "file" },
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  outdir: target,
  write: false,
  logLevel: "warning",
};

/** "main-ABCDEFGH.css" -> "main.css": the name that templates ask for. */
const sourceName = (file) => file.replace(/-[A-Z0-9]{8}(?=\.\w+$)/, "");

const integrity = (bytes) => `sha256-${createHash("sha256").update(bytes).digest("base64")}`;

const result = await build(options);
if (result.warnings.length > 0) process.exit(1);
if (process.argv.includes("--check")) process.exit(0);

// Built beside the target and moved there at the end, so that a running node never meets half a build.
const fresh = `${target}.new`;
await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const manifest = {};
for (const { path, contents } of result.outputFiles) {
  const file = relative(target, path);
  await writeFile(join(fresh, basename(file)), contents);
  manifest[sourceName(file)] = { file, integrity: integrity(contents) };
}
for (const font of ["noto-sans", "vazirmatn"]) {
  await copyFile(join(here, `../node_modules/@fontsource-variable/${font}/LICENSE`), join(fresh, `${font}-licence.txt`));
}
const ordered = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => a.localeCompare(b)));
await writeFile(join(fresh, "manifest.json"), `${JSON.stringify(ordered, null, 2)}\n`);
await rm(target, { recursive: true, force: true });
await rename(fresh, target);
