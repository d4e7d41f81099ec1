/** The part that is used here; the package has no types of its own. */
declare module 'autocannon' {
  interface Options {
    readonly url: string
    readonly method: 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
    readonly connections: number
    /** Seconds. Not together with `amount`. */
    readonly duration?: number
    /** Requests in all. */
    readonly amount?: number
    readonly verifyBody: (body: string) => boolean
  }

  interface Result {
    readonly '2xx': number
    readonly non2xx: number
    /** Connection errors and timeouts. */
    readonly errors: number
    /** Bodies that `verifyBody` refused. */
    readonly mismatches: number
    /** Seconds. */
    readonly duration: number
  }

  export default function autocannon(options: Options): Promise<Result>
}
