import type { DataType } from "automation-language/actions";
import { guide } from "automation-language/actions";
import { type Models, operationOf } from "automation-language/botocore";
import { converts, isDataType } from "automation-language/convert";
import { parseSelector } from "automation-language/jsonpath";
import { selectPath } from "automation-language/shapes";
import { table } from "automation-language/table";
import { payloadType } from "../payload.ts";
import type { ResponsePart } from "../python/inspect.ts";
import { isPayload, returnedAt } from "../returned.ts";
import type { Rule } from "../rule.ts";

/** The kinds of a returned value that become an output's type, by the documented conversions too. */
const becomes: Readonly<Record<DataType, readonly string[]>> = table({
  String: ["str", "int", "float", "bool", "none"],
  StringList: ["list", "str", "int", "float", "bool", "none"],
  Integer: ["int", "float", "str", "none"],
  Boolean: ["bool", "str", "none"],
  MapList: ["list", "none"],
  StringMap: ["map", "none"],
});

export const rule: Rule = {
  id: "SCRIPT11",
  severity: "error",
  needs: "scripts",
  summary: "What a handler returns becomes the type that the output says.",
  url: guide("automation-action-outputs-inputs"),
  *check(context) {
    for (const [step, { returns, returnsEvents }] of context.scripts)
      for (const { name, selector = "", type, path } of step.outputs) {
        const parsed = parseSelector(selector);
        if ("error" in parsed || !isPayload(parsed.parts[0])) continue;
        const [, key] = parsed.parts;
        if (returnsEvents && parsed.parts.length === 2 && key?.kind === "child") {
          const given = payloadType(step, key.name, context);
          if (given !== undefined && isDataType(type) && !converts(given, type))
            yield {
              path: [...path, "Type"],
              message: `${step.name}.${name}: the handler returns ${key.name} as it came, which is ${given} and does not become ${type}`,
            };
        }
        const form = returnedAt(returns, parsed.parts.slice(1));
        if (form === undefined || form === "missing" || !(type in becomes)) continue;
        const selected = form.response && selectedType(form.response, context.models);
        const unfit = form.kinds.every((kind) => !(becomes[type as DataType] ?? []).includes(kind));
        if (selected !== undefined && isDataType(type) && unfit && !converts(selected, type))
          yield {
            path: [...path, "Type"],
            message: `${step.name}.${name}: the handler returns ${form.response?.path.join(".")} there, which is ${selected} and does not become ${type}`,
          };
        const fitting = becomes[type as DataType];
        const wrong = form.kinds.filter((kind) => !fitting.includes(kind));
        const texts = form.values ?? [];
        const unreadable =
          (type === "Boolean" && texts.some((text) => !/^(true|false)$/i.test(text))) ||
          (type === "Integer" && texts.some((text) => !/^-?\d+$/.test(text)));
        if (
          !form.response &&
          form.kinds.length > 0 &&
          (wrong.length === form.kinds.length || unreadable)
        )
          yield {
            path: [...path, "Type"],
            message: `${step.name}.${name}: the handler returns ${unreadable ? texts.map((text) => JSON.stringify(text)).join(" or ") : form.kinds.join(" or ")} there, which does not become ${type}`,
          };
      }
  },
};

/** The type of a part of a response, by the service's model. */
function selectedType(
  { service: name, method, path }: ResponsePart,
  models: Models,
): DataType | undefined {
  const service = models.service(name);
  const operation = service?.operations[operationOf(service, method) ?? ""];
  const found = service && operation && selectPath(service, operation.output, path);
  return found && "type" in found ? found.type : undefined;
}
