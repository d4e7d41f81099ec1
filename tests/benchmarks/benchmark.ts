import type { Logger } from 'pino'
import type { DurableServer } from './durableServer.js'

/** One subject of measuring with its references; its name is what `npm run bench -- NAME` takes. */
export interface Benchmark {
  readonly name: string
  readonly title: string
  run(bench: Bench): Promise<BenchmarkResult>
}

/** What every benchmark is given. */
export interface Bench {
  readonly server: DurableServer
  /** Of the parts under test; silent but for warnings. */
  readonly logger: Logger
  /** A line for whoever watches. */
  readonly say: (line: string) => void
}

export interface BenchmarkResult {
  readonly comparisons: readonly Comparison[]
  /** What a reader has to know to read the numbers right, a sentence each. */
  readonly notes: readonly string[]
}

/** A figure of ours beside its reference from the same run. */
export interface Comparison {
  readonly ours: Figure
  readonly reference: Figure
  /** Median of the ratios round by round; undefined where the reference could not be run. */
  readonly ratio: number | undefined
  readonly goal?: Goal
}

export interface Figure {
  readonly name: string
  /** With its unit, for people: "5,210/s". */
  readonly value: string
}

export interface Goal {
  readonly is: 'at least' | 'at most'
  readonly ratio: number
}

export function isMet({ ratio, goal }: Comparison): boolean | undefined {
  if (ratio === undefined || goal === undefined) return undefined
  return goal.is === 'at least' ? ratio >= goal.ratio : ratio <= goal.ratio
}
