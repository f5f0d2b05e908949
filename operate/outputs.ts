/** Whether an output has a value: Systems Manager gives a sentence in the place of one that no step has given. */
export const isGiven = (value: string): boolean =>
  value !== "" && !value.startsWith("No output available yet");
