import { expect, it } from 'vitest'
import { UnusableBus } from '../../../src/bus/eventBus.js'
import { projectorState } from '../../../src/composition/startProjectorPart.js'
import { relayState } from '../../../src/composition/startRelayPart.js'

const MINUTE_MS = 60_000

it('calls a relay ready whether it leads or stands by, and not where it is blocked or stuck', () => {
  const relay = { isLeading: true, blockedBy: undefined, stuckForMs: MINUTE_MS }
  expect(relayState(relay)).toEqual({ part: 'relay', ok: true, state: 'leading' })
  expect(relayState({ ...relay, isLeading: false })).toEqual({ part: 'relay', ok: true, state: 'standing by' })
  expect(relayState({ ...relay, stuckForMs: MINUTE_MS + 1 })).toEqual({ part: 'relay', ok: false, state: 'stuck' })
  const blockedBy = new UnusableBus('too large')
  expect(relayState({ ...relay, blockedBy, stuckForMs: 1 })).toEqual({ part: 'relay', ok: false, state: 'blocked' })
})

it('calls a projector ready whether it has work or stands by, and not where the one of any generation is stuck', () => {
  const live = { isActive: true, stuckForMs: MINUTE_MS }
  expect(projectorState({ all: [live], live })).toEqual({ part: 'projector', ok: true, state: 'projecting' })
  expect(projectorState({ all: [], live: undefined })).toEqual({ part: 'projector', ok: true, state: 'standing by' })
  const other = { stuckForMs: MINUTE_MS + 1 }
  expect(projectorState({ all: [live, other], live })).toEqual({ part: 'projector', ok: false, state: 'stuck' })
})
