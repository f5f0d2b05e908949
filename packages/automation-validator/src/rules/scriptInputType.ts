import type { DataType } from "automation-language/actions";
import { guide } from "automation-language/actions";
import { payloadType } from "../payload.ts";
import type { Rule } from "../rule.ts";

/** The ways in which a script can use a value of a type. */
const usable: Readonly<Record<DataType, readonly string[]>> = {
  String: ["str", "sized"],
  Integer: ["int", "float"],
  Boolean: ["bool"],
  StringList: ["list", "iterable", "sized"],
  MapList: ["list", "iterable", "sized"],
  StringMap: ["map", "iterable", "sized"],
};

const words: Readonly<Record<string, string>> = {
  str: "a text",
  int: "a number",
  bool: "true or false",
  map: "a map",
  list: "a list",
  iterable: "a list",
  sized: "a list or a text",
};

export const rule: Rule = {
  id: "SCRIPT09",
  severity: "error",
  needs: "scripts",
  summary: "A script uses what it gets by InputPayload as what it is.",
  url: guide("automation-action-executeScript"),
  *check(context) {
    for (const [step, { uses = {}, reads = [] }] of context.scripts)
      for (const [key, kinds] of Object.entries(uses)) {
        const type = payloadType(step, key, context);
        const inside = reads.find(
          ({ path: [first, second, third] }) =>
            first === key && second === "*" && third !== undefined && third !== "*",
        );
        if (type === "StringList" && inside)
          yield {
            path: [...step.path, "inputs", "InputPayload", key],
            message: `${step.name}: the script reads ${inside.path[2]} of each entry of ${key} (line ${inside.line}), and they are texts`,
          };
        if (type === undefined || Object.keys(kinds).some((kind) => usable[type].includes(kind)))
          continue;
        const [kind, line] = Object.entries(kinds)[0] ?? ["", 1];
        yield {
          path: [...step.path, "inputs", "InputPayload", key],
          message: `${step.name}: the script uses ${key} as ${words[kind] ?? kind} (line ${line}), and it is ${type}`,
        };
      }
  },
};
