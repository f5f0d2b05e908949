/** What an Automation document is. Each part has a subpath of its own, such as `automation-language/jsonpath`. */
export * as actions from "./actions.ts";
export * as conditions from "./conditions.ts";
export * as document from "./document.ts";
export * as graph from "./graph.ts";
export * as jsonpath from "./jsonpath.ts";
export * as references from "./references.ts";
export * as source from "./source.ts";
export * as types from "./types.ts";
