import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { inProject } from "../../../build/root.ts";
import { styles } from "../../../operate/report/index.ts";

/** Files of the page by their paths. */
export type Assets = Readonly<Record<string, { readonly type: string; readonly body: string }>>;

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The page, its styles (with those of the report, whose pictures it shows) and its script. */
export async function buildAssets(): Promise<Assets> {
  const bundle = await build({
    absWorkingDir: inProject(),
    entryPoints: [beside("page/main.tsx")],
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  return {
    "/": { type: "text/html", body: HTML },
    "/page.js": { type: "text/javascript", body: bundle.outputFiles[0]?.text ?? "" },
    "/page.css": {
      type: "text/css",
      body: `${styles}\n${readFileSync(beside("page/page.css"), "utf8")}`,
    },
    // Browsers ask for it by themselves.
    "/favicon.ico": { type: "image/x-icon", body: "" },
  };
}

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal: isolate a compromised instance</title>
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body><div id="page"><p role="status">Loading the rehearsal…</p></div>
<noscript>The rehearsal needs JavaScript.</noscript></body>
</html>
`;
