import { ssm } from "../common/clients.ts";
import { regionsOf } from "../common/config.ts";
import { isFinal, snapshot, wentWell } from "./follow.ts";
import { followAll, type Output, printer } from "./followAll.ts";
import { line, result } from "./show.ts";

/** `npm run status`: picks an execution up again. */
export async function status(
  id: string,
  region: string | undefined,
  wait: boolean,
  interval: number,
  output: Output,
): Promise<number> {
  const [where] = regionsOf({ regions: region === undefined ? [] : [region] });
  const client = ssm(where);
  if (wait) {
    const followed = await followAll(client, where, [{ id, label: id }], interval, output);
    if (output.json) console.log(JSON.stringify(followed.states[0], null, 2));
    return followed.status;
  }
  const state = await snapshot(client, id);
  const say = printer(output);
  for (const progress of [...state.steps, ...state.children]) say(line(progress, output.verbose));
  say(result(state, output.verbose));
  if (output.json) console.log(JSON.stringify(state, null, 2));
  return isFinal(state.status) && !wentWell(state) ? 1 : 0;
}
