# The runbook and the role that it acts as, without CloudFormation. What it publishes is what this wrote:
#   npm run build -- --account 111122223333

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "files" {
  description = "The folder that npm run build wrote into"
  type        = string
  default     = "../../dist"
}

variable "document_name" {
  description = "The runbook's name in Systems Manager"
  type        = string
  default     = "ContainEC2Instance"
}

variable "role_path" {
  description = "The path of the role"
  type        = string
  default     = "/"
}

variable "permissions_boundary" {
  description = "The ARN of the policy that bounds the role; null for none"
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of all that is made"
  type        = map(string)
  default     = { Project = "contain-ec2-instance" }
}

# A changed document becomes a new version and the default one.
resource "aws_ssm_document" "runbook" {
  name            = var.document_name
  document_type   = "Automation"
  document_format = "YAML"
  target_type     = "/AWS::EC2::Instance"
  content         = file("${var.files}/ContainEC2Instance.yaml")
  tags            = var.tags
}

resource "aws_iam_role" "automation" {
  name                 = "${var.document_name}-Automation"
  path                 = var.role_path
  description          = "What ${var.document_name} may do in this account"
  permissions_boundary = var.permissions_boundary
  assume_role_policy   = file("${var.files}/ContainEC2Instance.trust.json")
  tags                 = var.tags
}

resource "aws_iam_role_policy" "runbook" {
  name   = "Runbook"
  role   = aws_iam_role.automation.id
  policy = file("${var.files}/ContainEC2Instance.policy.json")
}

output "document_name" {
  description = "What an execution is started by"
  value       = aws_ssm_document.runbook.name
}

output "automation_role_arn" {
  description = "The value for the parameter AutomationAssumeRole"
  value       = aws_iam_role.automation.arn
}
