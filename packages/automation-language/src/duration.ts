/**
 * Durations and moments as aws:sleep takes them.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-sleep.html
 */
const form =
  /^P(?=.)(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?=.)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const sizes = [604_800, 86_400, 3600, 60, 1];

/** The longest sleep: seven days, in seconds. */
export const LONGEST_SLEEP = 7 * 86_400;

/** Seconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds; undefined for anything else. */
export function parseDuration(duration: string): number | undefined {
  const parts = form.exec(duration)?.slice(1);
  if (parts === undefined) return undefined;
  return parts.reduce((sum, part, at) => sum + Number(part ?? 0) * (sizes[at] ?? 0), 0);
}

const moment =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** The moment that an ISO 8601 time names, in milliseconds since 1970; undefined for anything else. Without a zone it is UTC. */
export function parseTimestamp(text: string): number | undefined {
  const found = moment.exec(text);
  if (found === null) return undefined;
  // JavaScript takes the 31st of February for the 3rd of March.
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return undefined;
  const zone = found[7] === undefined ? (found[3] === undefined ? "" : "Z") : "";
  const time = Date.parse(`${text.replace(" ", "T")}${zone}`);
  return Number.isNaN(time) ? undefined : time;
}
