import { mkdirSync, writeFileSync } from "node:fs";
import { inProject } from "../build/root.ts";
import { compile } from "../document/compile.ts";
const { yaml } = compile(inProject(".venv/bin/python"));
mkdirSync(inProject("dist"), { recursive: true });
writeFileSync(inProject("dist/ContainEC2Instance.yaml"), yaml);
console.log(Buffer.byteLength(yaml));
