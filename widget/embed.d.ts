/**
 * `<shuffle-lab>`: one live figure of Shuffle Lab. Importing embed.js defines the element.
 *
 * Attributes: `query` (a link's query: `v=1&workers=8`), `controls` and `views` (lists of names, or `all`, or `none`),
 * `theme` (`auto`, `light`, `dark`), `guess` (a reader's bet, drawn into its chart: `load:250000`, `traffic:29000000`,
 * `exchange:64:4032`, `wall_clock:8:120000`), `condition` (what a run is to make true). Each may change at any time. What cannot be used is said in the figure and raised as
 * `error`; the rest stays.
 */
export class ShuffleLab extends HTMLElement {
  /** What is run. It may be set to an object, its JSON, or a link; a field that is left out has its default. */
  get scenario(): Scenario | null;
  set scenario(scenario: Wanted | string);
  /**
   * Runs at once, in sight or not, what is set now: where something that cannot run was set, the last good scenario. Rejects
   * with an `Error` when the run ends before its time, when the figure could not start, and when it is in no page.
   */
  run(): Promise<Report>;

  /**
   * A number of the last run by its name, as in `condition`: those of the report's JSON (`stages.1.partitions.rows.max`), the
   * scenario's (`scenario.workers`) and sums over all stages (`moved_bytes`, `messages`). `undefined` before a run, and where
   * the run has none; throws where no report has a number of this name.
   */
  value(name: string): number | undefined;
  /** A number as the figure writes it: `time` takes microseconds, `share` and `cap` (1 over a share) take 0 to 1. */
  words(value: number, unit: "count" | "bytes" | "time" | "share" | "ratio" | "cap"): string | undefined;

  addEventListener<K extends keyof FigureEventMap>(type: K, listener: (this: ShuffleLab, event: FigureEventMap[K]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof FigureEventMap>(type: K, listener: (this: ShuffleLab, event: FigureEventMap[K]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

/** The events of a figure, beside those of every element. */
export interface FigureEventMap extends Omit<HTMLElementEventMap, "error"> {
  /** It is there and can be used. */
  ready: CustomEvent<{ version: string }>;
  /** The scenario has run: by itself after a change, or by `run()`. Short runs are repeated and the median is told. */
  result: CustomEvent<Report>;
  /** A run has made the condition true. It may be told again with each such run. */
  task: CustomEvent<null>;
  /** Something could not be used, or a run ended before its time. */
  error: CustomEvent<Wrong>;
}

/** A scenario to be set: what is left out has its default. */
export type Wanted = { version: 1 } & { [Field in keyof Scenario]?: Field extends "tactics" ? Partial<Tactics> : Scenario[Field] };

/** Names for the attribute `controls`. */
export type Control =
  | "workers" | "shuffle_fraction" | "skew" | "rows" | "query" | "action"
  | "combine" | "salt" | "broadcast_bytes" | "keys" | "partitions" | "seed" | "run";

/** Names for the attribute `views`. */
export type View = "verdict" | "wall_clock" | "load" | "timeline" | "exchange" | "traffic" | "plan";

/** What could not be used, or what ended a run. None of these events bubbles. */
export interface Wrong {
  /** The field, attribute or list; `null` when a run ended or the figure could not start. */
  field: string | null;
  /** One or two sentences. */
  message: string;
}

/** What is run; the README has the defaults and limits of each field. */
export interface Scenario {
  version: 1;
  seed: number;
  rows: number;
  keys: number;
  skew: { kind: "uniform" } | { kind: "zipf"; exponent: number } | { kind: "hot_key"; share: number };
  query: "narrow" | "count_by_key" | "dedup_best" | "distinct" | "join" | "repartition" | "word_count";
  shuffle_fraction: number;
  workers: number;
  map_partitions: number;
  reduce_partitions: number;
  tactics: Tactics;
  strategy: "direct";
  /** Absent where rows stay with the workers. */
  action?: { kind: "write" } | { kind: "collect"; of?: "result" | "input"; memory_bytes?: number } | { kind: "show"; rows?: number };
}

/** What changes how a plan runs and not what it answers. The last two are planned: they are refused when true. */
export interface Tactics {
  combine: boolean;
  salt: number;
  broadcast_bytes: number;
  adaptive: boolean;
  isolate_hot_keys: boolean;
}

/** What a run measured; all times in microseconds. Fields that are not named here are there, too. */
export interface Report {
  version: 1;
  clock: "wall";
  wall_micros: number;
  result: { rows: number; digest: string };
  stages: Array<{
    id: number;
    tasks: number;
    rows_in: number;
    rows_out: number;
    shuffle: { rows: number; bytes: number; blocks: number };
    partitions: { rows: number[]; bytes: number[] };
    executors: { rows: number[]; busy_micros: number[] };
    [field: string]: unknown;
  }>;
  skew: {
    max_over_median?: number;
    max_over_mean?: number;
    hot_key?: { value: number; rows: number; share: number; [field: string]: unknown };
    [field: string]: unknown;
  };
  /** What a reader of the figures has to know, if there is anything. */
  notes?: string[];
  [field: string]: unknown;
}

declare global {
  interface HTMLElementTagNameMap {
    "shuffle-lab": ShuffleLab;
  }
}
