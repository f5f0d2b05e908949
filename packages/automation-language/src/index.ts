/** What an Automation document is. Each part has a subpath of its own, such as `automation-language/jsonpath`. */
export * as actions from "./actions.ts";
export * as availability from "./availability.ts";
export * as conditions from "./conditions.ts";
export * as convert from "./convert.ts";
export * as document from "./document.ts";
export * as duration from "./duration.ts";
export * as graph from "./graph.ts";
export * as jsonpath from "./jsonpath.ts";
export * as parameters from "./parameters.ts";
export * as patterns from "./patterns.ts";
export * as place from "./place.ts";
export * as references from "./references.ts";
export * as source from "./source.ts";
export * as types from "./types.ts";
export * as values from "./values.ts";
