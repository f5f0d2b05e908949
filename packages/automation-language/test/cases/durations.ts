/** Seconds of a duration; undefined: it is not one. */
export const durationCases: readonly {
  readonly text: string;
  readonly seconds: number | undefined;
}[] = [
  ["PT0S", 0],
  ["PT10M", 600],
  ["PT1H30M", 5_400],
  ["P1D", 86_400],
  ["P1W", 604_800],
  ["P1DT2H", 93_600],
  ["PT0.5S", 0.5],
  ["P", undefined],
  ["PT", undefined],
  ["P1DT", undefined],
  ["10M", undefined],
  ["PT10", undefined],
  ["PT1M1H", undefined],
  ["pt1m", undefined],
  ["P1Y", undefined],
  ["", undefined],
].map(([text, seconds]) => ({ text: String(text), seconds: seconds as number | undefined }));
