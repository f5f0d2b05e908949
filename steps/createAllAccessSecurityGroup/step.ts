import { defineStep } from "../../build/types.ts";

import { noteFailure, readGroups } from "../permissions.ts";
import { planChanges } from "../planChanges/step.ts";

export const createAllAccessSecurityGroup = defineStep({
  name: "createAllAccessSecurityGroup",
  action: "aws:executeScript",
  description:
    "Creates all access security group and replaces existing security groups with all access security group. Makes the containment group and tries what can fail first; if opening fails, closes at once.",
  payload: { Plan: planChanges.out.Plan },
  outputs: {
    Opened: { selector: "$.Payload.Opened", type: "StringMap" },
  },
  permissions: {
    ...noteFailure,
    ...readGroups,
    "ec2:CreateSecurityGroup": "make the all-access and the containment group",
    "ec2:CreateTags": "tag the groups as they are made",
    "ec2:AuthorizeSecurityGroupIngress": "give the groups their rules",
    "ec2:AuthorizeSecurityGroupEgress": "give the groups their rules",
    "ec2:RevokeSecurityGroupEgress":
      "take from the containment group the egress that every new group allows",
    "ec2:ModifyNetworkInterfaceAttribute": "replace the interfaces' groups",
  },
});
