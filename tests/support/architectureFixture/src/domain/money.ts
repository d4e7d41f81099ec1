export interface Money { amountMinor: bigint }
export const zero = 0n
