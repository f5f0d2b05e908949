/** The runbook's names, for what reads its groups and knows nothing else of the document. */
export { BACKUP_TAG, type OwnName, ownName, ownNames } from "../document/names.ts";
