/**
 * A table that is looked into by names from a document: it has what stands in it and nothing else,
 * whereas `{}` also has constructor, toString and their like.
 */
export const table = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.assign(Object.create(null) as Record<string, T>, entries);
