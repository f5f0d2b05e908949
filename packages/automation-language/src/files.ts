import { fileURLToPath } from "node:url";

/**
 * An absolute path beside this module, such as that of a Python program. The module stands at the top of the
 * package's code: of src/ where modules run in place; of dist/ in a published package, which has the Python files in
 * the same folders below dist/ as below src/.
 */
export const packageFile = (...parts: readonly string[]): string =>
  fileURLToPath(new URL(parts.join("/"), import.meta.url));
