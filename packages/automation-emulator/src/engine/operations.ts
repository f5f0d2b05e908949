/** The operations of SSM that the engine answers; all others are moto's. */
const own = new Set([
  "StartAutomationExecution",
  "GetAutomationExecution",
  "DescribeAutomationExecutions",
  "DescribeAutomationStepExecutions",
  "StopAutomationExecution",
  "SendAutomationSignal",
]);

/** Operations that are about any kind of resource. */
const ofTags = new Set(["AddTagsToResource", "RemoveTagsFromResource", "ListTagsForResource"]);

/** Whether a call of SSM is for the engine. */
export const isAutomationCall = (
  operation: string,
  parameters: Readonly<Record<string, unknown>>,
): boolean =>
  own.has(operation) || (ofTags.has(operation) && parameters.ResourceType === "Automation");
