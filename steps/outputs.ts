/** What a step that says something to the verdict puts out. */
export const notesOutput = { Notes: { selector: "$.Payload.Notes", type: "StringMap" } } as const;

/** What a report step puts out: a text for a person. */
export const reportOutput = { Output: { selector: "$.Payload.Output", type: "String" } } as const;

/** What a step that composes a report puts out: the text, and the same for a program. */
export const reportOutputs = {
  ...reportOutput,
  Json: { selector: "$.Payload.Json", type: "StringMap" },
} as const;
