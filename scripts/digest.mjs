import { createHash } from "node:crypto";

/** What names a text, or tells whether it has changed. */
export const digest = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);
