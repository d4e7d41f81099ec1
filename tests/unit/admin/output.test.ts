import { describe, expect, it } from 'vitest'
import { millisecondsOf } from '../../../src/admin/durations.js'
import { WrongUsage } from '../../../src/admin/exitCode.js'
import { type Output, printTable } from '../../../src/admin/output.js'
import { partLags } from '../../../src/admin/partLags.js'
import type { EventBus, GroupPart } from '../../../src/bus/eventBus.js'
import { START_OF_LOG } from '../../../src/contract/globalPosition.js'
import { MemoryEventLog } from '../../support/memory/memoryEventLog.js'
import { customerRegistered, orderCreated } from '../../support/sampleEvents.js'

describe('a table', () => {
  it('has columns as wide as their longest cell, numbers to the right, and no blanks at the end', () => {
    const lines: string[] = []
    const out: Output = {
      json: false,
      onTerminal: false,
      line: (text) => void lines.push(text),
      note: () => undefined,
      progress: () => undefined,
    }
    printTable(
      out,
      ['name', 'lag', 'healthy'],
      [
        ['orders', 3, 'yes'],
        ['products', 1_200, 'no'],
      ],
    )
    expect(lines).toEqual(['name       lag  healthy', 'orders       3  yes', 'products  1200  no'])
  })
})

describe('a time on the command line', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
  ])('%s is %i ms', (text, ms) => {
    expect(millisecondsOf('--since', text)).toBe(ms)
  })

  it.each(['', '5', 'h', '1w', '-1h', '1.5h', '1234567s'])('"%s" is refused', (text) => {
    expect(() => millisecondsOf('--since', text)).toThrow(WrongUsage)
  })
})

describe('how far a group is behind on a part', () => {
  it('is counted by the bus, and as old as the oldest event of that part', async () => {
    const log = new MemoryEventLog()
    log.append('customer-ada', customerRegistered())
    log.append('order-1', orderCreated('ada'))
    for (const [n, seconds] of [100, 10].entries()) {
      const event = log.events[n]
      const recordedAt = new Date(Date.now() - seconds * 1_000).toISOString()
      if (event) log.events[n] = { ...event, recordedAt }
    }
    const part = (name: string, behind: number | undefined, covers: GroupPart['covers']): GroupPart => ({
      name,
      committed: START_OF_LOG,
      covers,
      ...(behind === undefined ? {} : { behind }),
    })
    const parts = [
      part('orders/0', 1, ({ streamCategory }) => streamCategory === 'order'),
      part('customers/0', 0, ({ streamCategory }) => streamCategory === 'customer'),
      part('relay', undefined, () => true),
    ]
    const bus = { parts: () => Promise.resolve(parts) } as Partial<EventBus> as EventBus
    const lags = await partLags(bus, log, 'projector')
    expect(lags.map((lag) => [lag.part, lag.lagEvents, Math.round(lag.lagSeconds)])).toEqual([
      ['orders/0', 1, 10],
      ['customers/0', 0, 0],
      ['relay', 2, 0],
    ])
  })
})
