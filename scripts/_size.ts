import { writeFileSync } from "node:fs";
import { compile } from "../document/compile.ts";
const c = compile("python3");
writeFileSync("/tmp/doc.yaml", c.yaml);
let sum = 0;
for (const [name, text] of c.scripts) { const n = Buffer.byteLength(text) + 4 * text.split("\n").length; sum += n; console.log(n, name); }
console.log(c.renamed); console.log("scripts", sum, "total", Buffer.byteLength(c.yaml));
