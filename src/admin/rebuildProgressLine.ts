import type { RebuildProgress } from '../../projector/rebuild/rebuild.js'
import type { Output } from './output.js'
import { ProgressLine } from './progressLine.js'

const BAR_WIDTH = 30

/** What a rebuild is doing: on a terminal a line that is written over, else a line for each step. */
export class RebuildProgressLine {
  readonly #out: Output
  readonly #line: ProgressLine
  #step: RebuildProgress['step'] | undefined
  /** Of the fill: rate and time left are of this run. */
  #began: { readonly at: number; readonly events: number } | undefined

  constructor(out: Output) {
    this.#out = out
    this.#line = new ProgressLine(out)
  }

  show(progress: RebuildProgress): void {
    if (progress.step !== this.#step) {
      this.#line.clear()
      this.#step = progress.step
      this.#out.note(TITLES[progress.step](progress.generation))
    }
    this.#line.show(this.#textOf(progress))
  }

  clear(): void {
    this.#line.clear()
  }

  #textOf(progress: RebuildProgress): string {
    switch (progress.step) {
      case 'filling':
        return this.#bar(progress.events, progress.total)
      case 'following':
        return `${count(progress.lagEvents)} events behind, ${progress.lagSeconds.toFixed(1)} s`
      case 'comparing':
        return `${count(progress.streams)} streams compared`
      case 'switching':
        return ''
    }
  }

  #bar(events: number, total: number): string {
    this.#began ??= { at: performance.now(), events }
    const share = total > 0 ? Math.min(1, events / total) : 1
    const filled = Math.round(share * BAR_WIDTH)
    const perSecond = (events - this.#began.events) / Math.max(0.001, (performance.now() - this.#began.at) / 1_000)
    const left = perSecond > 0 ? ` ${Math.ceil(Math.max(0, total - events) / perSecond)} s left` : ''
    const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`
    return `[${bar}] ${Math.floor(share * 100)} %  ${count(events)} of ${count(total)} events  ${count(Math.round(perSecond))}/s${left}`
  }
}

const TITLES: Readonly<Record<RebuildProgress['step'], (generation: number) => string>> = {
  filling: (generation) => `Filling generation ${generation} from the log`,
  following: (generation) => `Waiting until the projectors have brought generation ${generation} up to date`,
  comparing: (generation) => `Comparing generation ${generation} with the log`,
  switching: (generation) => `Switching to generation ${generation}`,
}

function count(number: number): string {
  return number.toLocaleString('en')
}
