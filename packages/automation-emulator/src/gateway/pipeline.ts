/** The way of a request through the gateway: decoded once, authorized once, faulted once, answered once. */
import {
  type Answer,
  type Arrival,
  type CallInProgress,
  type GatewayParts,
  inTurn,
} from "./ports.ts";
import { authorized } from "./stages/authorize.ts";
import { automated } from "./stages/automate.ts";
import { closedToPages } from "./stages/closed.ts";
import { controlled, motosOwn } from "./stages/control.ts";
import { decoded } from "./stages/decode.ts";
import { documentsRead } from "./stages/documents.ts";
import { faulted } from "./stages/fault.ts";
import { byMoto } from "./stages/moto.ts";
import { recorded } from "./stages/record.ts";

export function createPipeline(parts: GatewayParts): (arrival: Arrival) => Promise<Answer> {
  const awsCall = inTurn<CallInProgress>([
    recorded(parts),
    faulted(parts),
    authorized(parts),
    documentsRead,
    automated(parts),
    byMoto(parts),
  ]);
  return inTurn<Arrival>([
    closedToPages(parts),
    controlled(parts),
    motosOwn(parts),
    decoded(parts, awsCall),
  ]);
}
