/** What a worker runs: a script of executeScript, or one AWS call. */

/** Environment variables of the job: credentials, Region, endpoint and `AWS_EXECUTION_ENV`. */
interface JobBase {
  readonly env: Readonly<Record<string, string>>;
  /** AWS seconds of sleep per real second; above 0. */
  readonly timeScale: number;
  /** In AWS time; the workers divide it by the time scale. */
  readonly timeoutSeconds: number;
  /**
   * The job is not ended by its timeout, but only after so many AWS seconds: its result is then that it timed out,
   * while it runs on.
   */
  readonly runsOnSeconds?: number;
}

export interface ScriptJob extends JobBase {
  readonly kind: "script";
  readonly script: string;
  /** The function, which takes `(events, context)`. */
  readonly handler: string;
  /** The handler's `events`, as JSON. */
  readonly payload: unknown;
}

export interface ApiJob extends JobBase {
  readonly kind: "api";
  /** boto3's name of the service. */
  readonly service: string;
  /** PascalCase, or boto3's snake_case. */
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The answer may hold a stream, which is read as text; by default an operation that answers with one is refused. */
  readonly readsStream?: true;
}

export type Job = ScriptJob | ApiJob;

export type JobResult = Ran & {
  /** AWS seconds that the job slept in less time: those that its real time lacks. */
  readonly skippedSeconds?: number;
};

type Ran =
  | {
      readonly status: "success";
      /** What the handler returned, or the answer of the API as JSON, times as ISO 8601. */
      readonly payload: unknown;
      /** What the script printed. */
      readonly log: string;
    }
  | {
      readonly status: "error";
      /** AWS's error code, or the class of the Python exception. */
      readonly code: string;
      readonly message: string;
      readonly traceback?: string;
      /** AWS asked to try again later. */
      readonly retryable: boolean;
      readonly log: string;
    }
  | { readonly status: "timeout"; readonly log: string }
  | { readonly status: "killed"; readonly log: string };

export interface RunningJob {
  /** Never rejects for what the job did. */
  readonly result: Promise<JobResult>;
  /** When nothing of it runs any more; later than the result only for a job that runs on. */
  readonly ended: Promise<void>;
  /** Ends the job at once; may be called again, and after its end. */
  kill(): void;
}

export interface Workers {
  run(job: Job): RunningJob;
  close(): Promise<void>;
}
