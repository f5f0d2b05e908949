import { defineStep } from "../../build/types.ts";
import { backupInstanceSecurityGroups } from "../backupInstanceSecurityGroups/step.ts";
import { run } from "../events.ts";
import { notesOutput } from "../outputs.ts";
import { changeGroups, deleteGroups, readGroups, readInstance } from "../permissions.ts";

export const createContainmentSecurityGroup = defineStep({
  name: "createContainmentSecurityGroup",
  action: "aws:executeScript",
  description:
    "Creates containment security group and replaces all access security group with containment security group; proves it.",
  payload: { Run: run, Warnings: backupInstanceSecurityGroups.out.Warnings },
  outputs: notesOutput,
  permissions: {
    ...readInstance,
    ...readGroups,
    ...changeGroups,
    ...deleteGroups,
    "ec2:CreateSecurityGroup": "make the containment group, and all-access groups in further VPCs",
    "ec2:CreateTags": "tag the groups as they are made",
    "ec2:AuthorizeSecurityGroupIngress": "give the groups their rules",
    "ec2:AuthorizeSecurityGroupEgress": "give the groups their rules",
    "ec2:RevokeSecurityGroupEgress":
      "take from the containment group the egress that every new group allows",
  },
});
