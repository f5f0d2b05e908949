import { ssm } from "../common/clients.ts";
import { regionsOf } from "../common/config.ts";
import { printer } from "../common/printer.ts";
import { isFinal, snapshot, wentWell } from "./follow.ts";
import { followAll, foundNothing, type Output, tell } from "./followAll.ts";
import { homeIn } from "./places.ts";
import { line, result } from "./show.ts";

export interface StatusOptions {
  readonly region?: string;
  /** Name of the role by which runs in other accounts are read. */
  readonly assumeRole?: string;
  readonly follow: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
  readonly output: Output;
}

/** `npm run status`: picks an execution up again. */
export async function status(id: string, options: StatusOptions): Promise<number> {
  const { region, assumeRole, interval, output } = options;
  const [where] = regionsOf({ regions: region === undefined ? [] : [region] });
  const client = ssm(where);
  const home = homeIn(where, assumeRole);
  if (options.follow) {
    const followed = await followAll(client, home, [{ id, label: id }], { interval, output });
    if (output.json) console.log(JSON.stringify(followed.states[0], null, 2));
    return followed.status;
  }
  const state = await snapshot(client, id);
  const say = printer(output.json);
  for (const progress of [...state.steps, ...state.children])
    say(line(progress, output.verbose, state.fleet));
  if (!isFinal(state.status)) say(result(state, output.verbose));
  const told = await tell(state, home, output);
  if (output.json) console.log(JSON.stringify(told, null, 2));
  return isFinal(state.status) && (!wentWell(state) || foundNothing(told)) ? 1 : 0;
}
