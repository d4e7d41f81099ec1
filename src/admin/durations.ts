import { WrongUsage } from './exitCode.js'

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** "90s", "30m", "1h", "2d" in milliseconds. Throws WrongUsage, naming the option. */
export function millisecondsOf(option: string, text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (amount === undefined || unit === undefined) {
    throw new WrongUsage(`${option}: expected a time like 30s, 10m, 1h or 2d, found "${text}".`)
  }
  return Number(amount) * (UNIT_MS[unit] ?? 0)
}
