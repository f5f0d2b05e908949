import { defineStep } from "../../build/types.ts";
import { notesOutput } from "../outputs.ts";
import { planProtection } from "../planProtection/step.ts";

export const changeProtections = defineStep({
  name: "changeProtections",
  action: "aws:executeScript",
  description: "Protects, or gives back, each by itself: one that fails keeps none from its turn.",
  payload: { Run: planProtection.out.Run },
  outputs: notesOutput,
  permissions: {
    "ec2:DescribeInstances": "see whether another run has marked the instance meanwhile",
    "ssm:GetAutomationExecution": "see whether that is an execution of this document",
    "ec2:ModifyInstanceAttribute":
      "set termination protection, shutdown behavior and DeleteOnTermination",
    "ec2:DisassociateAddress": "take Elastic IPs off the instance",
    "ec2:AssociateAddress": "give Elastic IPs back",
    "ec2:CreateTags": "mark the instance with its backup",
    "ec2:DeleteTags": "remove that mark",
    "iam:PutRolePolicy": "deny everything to the sessions that the instance's role has",
    "iam:DeleteRolePolicy": "remove that policy, and none but that",
  },
});
