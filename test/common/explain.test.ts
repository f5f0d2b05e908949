import { describe, expect, it } from "vitest";
import { explain } from "../../common/explain.ts";
import { Problem } from "../../common/problem.ts";

const error = (name: string, message = "message"): Error =>
  Object.assign(new Error(message), { name });

const explained = (cause: unknown): Problem => {
  const problem = explain(cause);
  expect(problem).toBeInstanceOf(Problem);
  return problem as Problem;
};

describe("an error of AWS says what to do", () => {
  it("names the permission that is missing, who lacks it and on what", () => {
    const problem = explained(
      error(
        "AccessDeniedException",
        "User: arn:aws:iam::111122223333:user/kay is not authorized to perform: ssm:UpdateDocument on resource: arn:aws:ssm:us-east-1:111122223333:document/ContainEC2Instance because no identity-based policy allows the ssm:UpdateDocument action",
      ),
    );
    expect(problem.message).toBe(
      "arn:aws:iam::111122223333:user/kay may not call ssm:UpdateDocument on arn:aws:ssm:us-east-1:111122223333:document/ContainEC2Instance.",
    );
    expect(problem.remedy).toContain("Ask for the permission ssm:UpdateDocument");
  });

  it("tells of a service control policy behind an explicit deny", () => {
    const problem = explained(
      error(
        "AccessDenied",
        "User: arn:x is not authorized to perform: iam:CreateRole with an explicit deny in a service control policy",
      ),
    );
    expect(problem.remedy).toContain("service control policy");
  });

  it.each([
    ["CredentialsProviderError", /No AWS credentials/, /sso login/],
    ["ExpiredTokenException", /expired/, /Sign in again/],
    ["UnrecognizedClientException", /does not accept/, /get-caller-identity/],
    ["InvalidDocument", /not in this Region/, /--region/],
    ["AutomationExecutionNotFoundException", /no such execution/i, /--region/],
    ["DocumentAlreadyExists", /already/, /npm run publish/],
    ["DocumentPermissionLimit", /limit/, /1,000/],
    ["ThrottlingException", /throttling/, /run the command again/],
    ["AWSOrganizationsNotInUseException", /no organization/, /--account/],
    ["InvalidAutomationExecutionParametersException", /parameters/, /describe-document/],
    ["AutomationExecutionLimitExceededException", /Too many/, /Wait/],
  ])("%s", (name, what, remedy) => {
    const problem = explained(error(name));
    expect(problem.message).toMatch(what);
    expect(problem.remedy).toMatch(remedy);
  });

  it("an endpoint that can't be reached points at the Region or the emulator", () => {
    const problem = explained(
      Object.assign(error("Error", "getaddrinfo ENOTFOUND ssm.eu-nowhere-1.amazonaws.com"), {
        code: "ENOTFOUND",
      }),
    );
    expect(problem.remedy).toMatch(/Region exists|emulator/);
  });

  it.each([
    ["ENETUNREACH", /could not be reached/, /network/],
    ["EHOSTUNREACH", /could not be reached/, /an execution that it had started goes on/],
    ["ENETDOWN", /could not be reached/, /network/],
    ["EADDRNOTAVAIL", /could not be reached/, /network/],
    ["SELF_SIGNED_CERT_IN_CHAIN", /not trusted: message/, /NODE_EXTRA_CA_CERTS/],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", /not trusted/, /NODE_EXTRA_CA_CERTS/],
    ["CERT_NOT_YET_VALID", /not trusted/, /time of this machine/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", /not trusted/, /AWS_ENDPOINT_URL/],
  ])("a way to AWS that fails with %s is no defect of this project", (code, what, remedy) => {
    const problem = explained(Object.assign(error("Error"), { code }));
    expect(problem.message).toMatch(what);
    expect(problem.remedy).toMatch(remedy);
  });

  it("of several addresses that can't be reached the code is told, as there is no message", () => {
    const both = Object.assign(new AggregateError([], ""), { code: "ETIMEDOUT" });
    expect(explained(both).message).toBe("AWS could not be reached: ETIMEDOUT.");
  });

  it("a value that AWS does not take is told as AWS tells it", () => {
    const long = "Value 'abc' at 'automationExecutionId' failed to satisfy constraint";
    expect(explained(error("ValidationException", long)).message).toContain(long);
  });

  it("an answer of AWS that nobody thought of is told with its request, and without a stack", () => {
    const problem = explained(
      Object.assign(error("InternalServerError", "An error occurred on the server side."), {
        $metadata: { httpStatusCode: 500, requestId: "0b1c" },
      }),
    );
    expect(problem.message).toBe(
      "AWS answered InternalServerError: An error occurred on the server side.",
    );
    expect(problem.remedy).toContain("request 0b1c");
  });

  it("a sign-in that has ended says so", () => {
    const ended = error("CredentialsProviderError", "The SSO session has expired or is invalid.");
    expect(explained(ended).message).toContain("have expired");
  });

  it("no Region says how to set one", () => {
    expect(explained(error("Error", "Region is missing")).remedy).toContain("AWS_REGION");
  });
});

it("an error that no service answered stays as it is, with its stack", () => {
  // The SDK notes its attempts in every error, this project's own defects included.
  const unknown = Object.assign(error("TypeError"), { $metadata: { attempts: 1 } });
  expect(explain(unknown)).toBe(unknown);
});
