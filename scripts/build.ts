import { mkdirSync, writeFileSync } from "node:fs";
import { inProject } from "../build/root.ts";
import { compile } from "../document/compile.ts";
mkdirSync(inProject("dist"), { recursive: true });
for (const level of [0,1,2,3,4,5]) {
const { yaml } = compile(inProject(".venv/bin/python"), level);
writeFileSync(inProject(`dist/l${level}.yaml`), yaml);
console.log(level, Buffer.byteLength(yaml));
}
