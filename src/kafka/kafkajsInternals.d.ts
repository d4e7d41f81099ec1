declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** What waits to be sent over one connection. */
  export default class RequestQueue {
    constructor(options: {
      readonly maxInFlightRequests: number | null
      readonly requestTimeout: number
      readonly enforceRequestTimeout: boolean
      readonly clientId: string
      readonly broker: string
      readonly logger: { debug(message: string): void; warn(message: string): void }
    })
    readonly pending: readonly unknown[]
    checkPendingRequests(): void
    scheduleCheckPendingRequests(): void
  }
}
