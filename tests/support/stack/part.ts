export const PART_NAMES = ['kafka', 'elasticsearch', 'redis', 'postgres'] as const

export type PartName = (typeof PART_NAMES)[number]

/** One real server of the stack, to be used and to be ill-treated. */
export interface Part {
  readonly name: PartName
  /** As the service's environment has it: Kafka `host:port`, the others a URL. The same for the whole life of the part. */
  readonly address: string
  /** Of the server's process; another one after restart(). */
  readonly pid: number
  /** Returns when the process is gone. Default: SIGKILL. Data and address stay. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Ends the server unless it is gone, and starts it on the same port and data. Returns when it answers. */
  restart(): Promise<void>
  /** Stops the process where it is, connections open (SIGSTOP). */
  pause(): void
  /** Lets a paused process go on. */
  resume(): void
  /** Ends it for good, at once. */
  stop(): Promise<void>
}

export function isPartName(text: string): text is PartName {
  return PART_NAMES.some((name) => name === text)
}
