const form =
  /^P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const sizes = [604_800, 86_400, 3600, 60, 1];

/** Seconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds; undefined for anything else. */
export function seconds(duration: string): number | undefined {
  const parts = form.exec(duration)?.slice(1);
  if (parts === undefined || parts.every((part) => part === undefined)) return undefined;
  return parts.reduce((sum, part, at) => sum + Number(part ?? 0) * (sizes[at] ?? 0), 0);
}
