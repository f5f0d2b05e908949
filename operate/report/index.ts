/**
 * The report of an execution as one HTML page, and its pieces for whoever shows a run elsewhere (the rehearsal in the
 * browser). All that is drawn is text; a piece of HTML given by these functions has every name and message escaped.
 *
 * - `readReport(home, id)` gathers all that the page shows, and `reportPage(data)` renders it.
 * - `readRecord(ssm, id)` reads an execution of AWS or the emulator, also one that is under way, failed, or is of
 *   another document; `verdictOf(record)` is what it came to.
 * - `readNetwork(ec2, instanceId, groupIds)` reads the instance's interfaces, groups and rules as they are now, and
 *   `networkPicture(network)` draws such a network as HTML; `styles` are the styles of it and of the page.
 */
export { styles } from "./assets.ts";
export { readReport } from "./gather.ts";
export { reportPage } from "./page.tsx";
export { networkPicture } from "./picture.tsx";
export { readRecord } from "./read.ts";
export { readNetwork } from "./readNetwork.ts";
export { verdictOf } from "./verdict.ts";
