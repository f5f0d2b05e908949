/**
 * The report of an execution as one HTML page, and its pieces for whoever shows a run elsewhere (the rehearsal in the
 * browser). All that is drawn is text; a piece of HTML given by these functions has every name and message escaped.
 *
 * - `readRecord(ssm, id)` reads an execution of AWS or the emulator; `recordOf` parses what is read already. Both
 *   give a {@link RunRecord}, also of a run that is under way, failed, or is of another document.
 * - `readNetwork(ec2, instanceId, groupIds)` reads the instance's interfaces, groups and rules as they are now.
 * - `momentsOf(record, now, backupRules)` gives the networks before and after the run and now, and what has changed
 *   since; `groupIdsOf(record)` the groups to read for it.
 * - `networkPicture(network)` draws one of them as HTML; `styles` are the styles of it and of the page.
 * - `readReport(home, id)` gathers all that the page shows, and `reportPage(data)` renders it.
 */
export { styles } from "./assets.ts";
export { readReport } from "./gather.ts";
export { groupIdsOf, type Moments, momentsOf } from "./moments.ts";
export type { Group, Network, NetworkInterface, Rule, Rules } from "./network.ts";
export { type ReportData, reportPage } from "./page.tsx";
export { networkPicture } from "./picture.tsx";
export { readRecord } from "./read.ts";
export { type NetworkNow, readNetwork } from "./readNetwork.ts";
export { type RunRecord, recordOf } from "./record.ts";
export { type Verdict, verdictOf } from "./verdict.ts";
