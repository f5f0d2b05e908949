/** Requests that are no AWS calls: to the emulator itself, below /_emulator/, and to moto's own interface. */
import type { Arrival, GatewayParts, Stage } from "../ports.ts";

export function controlled({ control }: Pick<GatewayParts, "control">): Stage<Arrival> {
  return async ({ request }, next) => {
    if (!request.path.startsWith("/_emulator/")) return next();
    const { status, body } = await control(request);
    return {
      status,
      headers: ["content-type", "application/json"],
      body: Buffer.from(JSON.stringify(body)),
    };
  };
}

export function motosOwn({ moto }: Pick<GatewayParts, "moto">): Stage<Arrival> {
  return async ({ request, target, rawHeaders }, next) =>
    request.path.startsWith("/moto-api/")
      ? moto.send({ method: request.method, target, headers: rawHeaders, body: request.body })
      : next();
}
