import { type ActionContext, text } from "./action.ts";

/** The call that the inputs Service and Api name, with all further inputs as its parameters. */
export async function callOf(
  { inputs, call }: ActionContext,
  own: readonly string[] = [],
): Promise<unknown> {
  const parameters = Object.fromEntries(
    Object.entries(inputs).filter(([name]) => !["Service", "Api", ...own].includes(name)),
  );
  return call(text(inputs, "Service"), text(inputs, "Api"), parameters);
}
