/** The runbook as a construct for CDK apps of other repositories. */
export {
  ContainRunbook,
  type ContainRunbookProps,
  type RunbookSettings,
} from "../../../deploy/construct/containRunbook.ts";
export type { DocumentSource } from "../../../deploy/construct/packaged.ts";
