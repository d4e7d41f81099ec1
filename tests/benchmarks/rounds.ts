import type { Comparison, Figure, Goal } from './benchmark.js'

/** Work per second of one contestant in one round, or seconds for all of it; undefined where it cannot take part on this machine. */
export type Contestant = (() => Promise<number>) | undefined

/**
 * Lets every contestant run once a round, A B C A B C, so that whatever else the machine does meets all of them alike.
 * The first round warms up (plans, compiled code, caches) and is thrown away. Returns what each one told by round, none for one that took no part.
 */
export async function inTurns<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  rounds: number,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(contestants) as Name[]
  const rates = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const rate = await contestants[name]?.()
      if (round > 0 && rate !== undefined) rates[name].push(rate)
    }
  }
  return rates
}

/** Ratios round by round first, median after: a slow minute of the machine hits both sides of each ratio. */
export function compareRates(
  ours: { readonly name: string; readonly rates: readonly number[] },
  reference: { readonly name: string; readonly rates: readonly number[] },
  goal?: Goal,
): Comparison {
  return {
    ours: rateFigure(ours.name, ours.rates),
    reference: rateFigure(reference.name, reference.rates),
    ratio: reference.rates.length === 0 ? undefined : median(ratiosOf(ours.rates, reference.rates)),
    ...(goal && { goal }),
  }
}

/** As compareRates, for what takes time: each contestant's seconds by round. */
export function compareSeconds(
  ours: { readonly name: string; readonly seconds: readonly number[] },
  reference: { readonly name: string; readonly seconds: readonly number[] },
  goal?: Goal,
): Comparison {
  return {
    ours: { name: ours.name, value: `${median(ours.seconds).toFixed(1)} s` },
    reference: { name: reference.name, value: `${median(reference.seconds).toFixed(1)} s` },
    ratio: median(ratiosOf(ours.seconds, reference.seconds)),
    ...(goal && { goal }),
  }
}

function ratiosOf(ours: readonly number[], reference: readonly number[]): readonly number[] {
  return ours.map((rate, round) => rate / (reference[round] ?? Number.NaN))
}

function rateFigure(name: string, rates: readonly number[]): Figure {
  return { name, value: rates.length === 0 ? 'not run' : `${Math.round(median(rates)).toLocaleString('en-US')}/s` }
}

export function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Linear between neighbours. Throws where there are no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const low = sorted[Math.floor(place)]
  const high = sorted[Math.ceil(place)]
  if (low === undefined || high === undefined) throw new Error('Expected at least one measurement, found none.')
  return low + (high - low) * (place - Math.floor(place))
}
