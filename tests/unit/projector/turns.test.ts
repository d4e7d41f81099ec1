import { describe, expect, it } from 'vitest'
import { Turns } from '../../../projector/turns.js'

describe('turns', () => {
  it('let work go side by side, but never beside what goes alone', async () => {
    const turns = new Turns()
    const log: string[] = []
    const work = (name: string) => async () => {
      log.push(`${name} begins`)
      await new Promise(setImmediate)
      log.push(`${name} ends`)
    }
    const refused = turns.together(() => Promise.reject(new Error('refused'))).catch(() => undefined)
    await Promise.all([
      refused,
      turns.together(work('a')),
      turns.together(work('b')),
      turns.alone(work('c')),
      turns.alone(work('d')),
      turns.together(work('e')),
    ])
    expect(log).toEqual(
      ['a begins', 'b begins', 'a ends', 'b ends'].concat(
        ['c', 'd', 'e'].flatMap((name) => [`${name} begins`, `${name} ends`]),
      ),
    )
  })
})
