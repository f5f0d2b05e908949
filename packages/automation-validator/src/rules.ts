import type { Rule } from "./rule.ts";
import { rule as action } from "./rules/action.ts";
import { rule as allowedValues } from "./rules/allowedValues.ts";
import { rule as apiInput } from "./rules/apiInput.ts";
import { rule as apiSelector } from "./rules/apiSelector.ts";
import { rule as apiStream } from "./rules/apiStream.ts";
import { rule as assumeRole } from "./rules/assumeRole.ts";
import { rule as cancelPath } from "./rules/cancelPath.ts";
import { rule as cancelUnsupported } from "./rules/cancelUnsupported.ts";
import { rule as condition } from "./rules/condition.ts";
import { rule as conditionType } from "./rules/conditionType.ts";
import { rule as constantExit } from "./rules/constantExit.ts";
import { rule as copyKey } from "./rules/copyKey.ts";
import { rule as deadChoice } from "./rules/deadChoice.ts";
import { rule as defaultRefused } from "./rules/defaultRefused.ts";
import { rule as documentName } from "./rules/documentName.ts";
import { rule as documentOutput } from "./rules/documentOutput.ts";
import { rule as duplicateStep } from "./rules/duplicateStep.ts";
import { rule as duration } from "./rules/duration.ts";
import { rule as endless } from "./rules/endless.ts";
import { rule as endWithoutOutput } from "./rules/endWithoutOutput.ts";
import { rule as failureGoesBack } from "./rules/failureGoesBack.ts";
import { rule as fallThrough } from "./rules/fallThrough.ts";
import { rule as form } from "./rules/form.ts";
import { rule as imageName } from "./rules/imageName.ts";
import { rule as inputsTogether } from "./rules/inputsTogether.ts";
import { rule as inputType } from "./rules/inputType.ts";
import { rule as loopInputs } from "./rules/loopInputs.ts";
import { rule as lostDigits } from "./rules/lostDigits.ts";
import { rule as malformedReference } from "./rules/malformedReference.ts";
import { rule as mapInText } from "./rules/mapInText.ts";
import { rule as names } from "./rules/names.ts";
import { rule as nextAndEnd } from "./rules/nextAndEnd.ts";
import { rule as notProduced } from "./rules/notProduced.ts";
import { rule as outputName } from "./rules/outputName.ts";
import { rule as parameterType } from "./rules/parameterType.ts";
import { rule as passedInputs } from "./rules/passedInputs.ts";
import { rule as patternBacktracking } from "./rules/patternBacktracking.ts";
import { rule as patternPart } from "./rules/patternPart.ts";
import { rule as patternSyntax } from "./rules/patternSyntax.ts";
import { rule as patternUnread } from "./rules/patternUnread.ts";
import { rule as payloadSize } from "./rules/payloadSize.ts";
import { rule as permissionMissing } from "./rules/permissionMissing.ts";
import { rule as permissionStep } from "./rules/permissionStep.ts";
import { rule as permissionUnused } from "./rules/permissionUnused.ts";
import { rule as resourceKind } from "./rules/resourceKind.ts";
import { rule as sameChoice } from "./rules/sameChoice.ts";
import { rule as sameWay } from "./rules/sameWay.ts";
import { rule as scriptArgumentShape } from "./rules/scriptArgumentShape.ts";
import { rule as scriptArgumentType } from "./rules/scriptArgumentType.ts";
import { rule as scriptCalls } from "./rules/scriptCalls.ts";
import { rule as scriptDangers } from "./rules/scriptDangers.ts";
import { rule as scriptDeadChoice } from "./rules/scriptDeadChoice.ts";
import { rule as scriptHandler } from "./rules/scriptHandler.ts";
import { rule as scriptInjection } from "./rules/scriptInjection.ts";
import { rule as scriptInputType } from "./rules/scriptInputType.ts";
import { rule as scriptMapKey } from "./rules/scriptMapKey.ts";
import { rule as scriptMember } from "./rules/scriptMember.ts";
import { rule as scriptName } from "./rules/scriptName.ts";
import { rule as scriptOutputType } from "./rules/scriptOutputType.ts";
import { rule as scriptReads } from "./rules/scriptReads.ts";
import { rule as scriptRole } from "./rules/scriptRole.ts";
import { rule as scriptRuntime } from "./rules/scriptRuntime.ts";
import { rule as scriptSelector } from "./rules/scriptSelector.ts";
import { rule as scriptSource } from "./rules/scriptSource.ts";
import { rule as scriptSyntax } from "./rules/scriptSyntax.ts";
import { rule as scriptUnread } from "./rules/scriptUnread.ts";
import { rule as secretDefault } from "./rules/secretDefault.ts";
import { rule as selector } from "./rules/selector.ts";
import { rule as sizeWithParameters } from "./rules/sizeWithParameters.ts";
import { rule as storeReference } from "./rules/storeReference.ts";
import { rule as timeoutTooLong } from "./rules/timeoutTooLong.ts";
import { rule as unknownOperation } from "./rules/unknownOperation.ts";
import { rule as unknownOutput } from "./rules/unknownOutput.ts";
import { rule as unknownParameter } from "./rules/unknownParameter.ts";
import { rule as unknownService } from "./rules/unknownService.ts";
import { rule as unknownSystem } from "./rules/unknownSystem.ts";
import { rule as unknownTarget } from "./rules/unknownTarget.ts";
import { rule as unreachable } from "./rules/unreachable.ts";
import { rule as unusedOutput } from "./rules/unusedOutput.ts";
import { rule as unusedParameter } from "./rules/unusedParameter.ts";
import { rule as variableUpdate } from "./rules/variableUpdate.ts";
import { rule as waitTimeout } from "./rules/waitTimeout.ts";

/** All rules, in the order of their ids. A new rule is a new file of rules/ and a line here; a test compares the two. */
export const rules: readonly Rule[] = [
  unknownService,
  unknownOperation,
  apiInput,
  apiSelector,
  apiStream,
  waitTimeout,
  timeoutTooLong,
  copyKey,
  passedInputs,
  duplicateStep,
  unknownTarget,
  unreachable,
  endless,
  nextAndEnd,
  fallThrough,
  cancelPath,
  cancelUnsupported,
  sameChoice,
  loopInputs,
  sameWay,
  failureGoesBack,
  constantExit,
  endWithoutOutput,
  patternSyntax,
  patternBacktracking,
  defaultRefused,
  allowedValues,
  secretDefault,
  names,
  payloadSize,
  assumeRole,
  duration,
  documentName,
  imageName,
  patternUnread,
  sizeWithParameters,
  patternPart,
  permissionMissing,
  permissionUnused,
  permissionStep,
  unknownParameter,
  unknownSystem,
  unknownOutput,
  notProduced,
  malformedReference,
  unusedParameter,
  unusedOutput,
  outputName,
  selector,
  documentOutput,
  inputType,
  conditionType,
  deadChoice,
  variableUpdate,
  mapInText,
  resourceKind,
  storeReference,
  form,
  action,
  parameterType,
  condition,
  inputsTogether,
  lostDigits,
  scriptSyntax,
  scriptHandler,
  scriptRuntime,
  scriptReads,
  scriptUnread,
  scriptInjection,
  scriptDangers,
  scriptCalls,
  scriptInputType,
  scriptSelector,
  scriptOutputType,
  scriptDeadChoice,
  scriptMapKey,
  scriptSource,
  scriptRole,
  scriptArgumentType,
  scriptMember,
  scriptName,
  scriptArgumentShape,
];
