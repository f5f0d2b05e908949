/** A TCP connection between the two instances, held by scripts that Run Command starts. */
import { DescribeInstanceInformationCommand } from "@aws-sdk/client-ssm";
import { type Ended, output, runProbe } from "../resources/executions.ts";
import { type Machines, PORT } from "../resources/instances.ts";
import type { Run } from "../run.ts";

/** What the peer has heard. */
export interface Heard {
  /** Seconds that the other has counted over the connection. */
  readonly beats: number;
  /** For so many seconds nothing more was heard. */
  readonly silent: number;
}

const LISTEN = `
import json, socket, time
server = socket.create_server(("", ${PORT}))
connection, _ = server.accept()
beats = 0
while True:
    data = connection.recv(64)
    if not data:
        break
    beats += len(data)
    with open("/run/contain-acceptance", "w") as file:
        json.dump([beats, time.time()], file)
`;

const speak = (address: string): string => `
import socket, time
connection = socket.create_connection(("${address}", ${PORT}))
while True:
    connection.sendall(b".")
    time.sleep(1)
`;

/** Lines that let a script go on after their command has ended. */
const inBackground = (script: string): readonly string[] => [
  "cat > /run/contain-acceptance.py <<'END'",
  ...script.trim().split("\n"),
  "END",
  "systemd-run --unit=contain-acceptance python3 /run/contain-acceptance.py",
];

const READ = [
  "python3 - <<'END'",
  ...`
import json, time
beats, last = json.load(open("/run/contain-acceptance"))
print(json.dumps({"beats": beats, "silent": round(time.time() - last, 1)}))
END`
    .trim()
    .split("\n"),
];

const command = (run: Run, Instance: string, Lines: readonly string[]): Promise<Ended> =>
  runProbe(run, "command", { Instance, Lines });

/** Most looks until an agent has told of itself: ten minutes at the usual two seconds. */
const AGENT = 300;

/**
 * Begins to hold a connection.
 *
 * @returns why that can't be; nothing where it is held
 */
export async function hold(run: Run, { subject, peer }: Machines): Promise<string | undefined> {
  if (!(await agentsAnswer(run, [subject.id, peer.id]))) return "no agent answers Run Command";
  const listening = await command(run, peer.id, inBackground(LISTEN));
  const speaking = await command(run, subject.id, inBackground(speak(peer.address)));
  const failed = [listening, speaking].find(({ status }) => status !== "Success");
  if (failed !== undefined) throw new Error(`Run Command failed: ${failed.failure}`);
  await run.wait(3);
  return (await heard(run, peer.id)) === undefined
    ? "commands on instances answer nothing"
    : undefined;
}

/** What the peer has heard by now; undefined where its command answers nothing. */
export async function heard(run: Run, peer: string): Promise<Heard | undefined> {
  const end = await command(run, peer, READ);
  if (end.status !== "Success") throw new Error(`Run Command failed: ${end.failure}`);
  const said = output(end, "command.Output").trim();
  if (said === "") return undefined;
  const { beats, silent } = JSON.parse(said) as Record<string, unknown>;
  return { beats: Number(beats), silent: Number(silent) };
}

/** Waits for the agents. The emulator has none and does not know the question: there it is for the stub to answer. */
async function agentsAnswer({ clients, until }: Run, ids: readonly string[]): Promise<boolean> {
  const Filters = [{ Key: "InstanceIds", Values: [...ids] }];
  try {
    return await until("The agents of Run Command", AGENT, async () => {
      const { InstanceInformationList = [] } = await clients.ssm.send(
        new DescribeInstanceInformationCommand({ Filters }),
      );
      const online = InstanceInformationList.filter(({ PingStatus }) => PingStatus === "Online");
      return online.length === ids.length ? true : undefined;
    });
  } catch (error) {
    if (error instanceof Error && error.name === "NotImplemented") return true;
    throw error;
  }
}
