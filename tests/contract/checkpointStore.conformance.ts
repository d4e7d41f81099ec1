import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckpointStore } from '../../src/bus/checkpointStore.js'
import { type GlobalPosition, START_OF_LOG } from '../../src/contract/globalPosition.js'

export interface OpenedCheckpoints {
  readonly checkpoints: CheckpointStore
  close(): Promise<void>
}

/** What every store of checkpoints does. open: a new store, empty. */
export function describeCheckpointStore(name: string, open: () => Promise<OpenedCheckpoints>): void {
  describe(`${name} as a store of checkpoints`, () => {
    let opened: OpenedCheckpoints
    let checkpoints: CheckpointStore

    beforeAll(async () => {
      opened = await open()
      checkpoints = opened.checkpoints
    })
    afterAll(() => opened.close())

    it('begins at the start of the log, each group for itself', async () => {
      expect(await checkpoints.load('new')).toEqual(START_OF_LOG)
      expect(await checkpoints.save('one', START_OF_LOG, at(1, '7', '3'))).toBe(true)
      expect(await checkpoints.load('one')).toEqual(at(1, '7', '3'))
      expect(await checkpoints.load('another')).toEqual(START_OF_LOG)
    })

    it('keeps numbers beyond 2^53, and a new era with small ones', async () => {
      const large = at(1, '18446744073709551000', '9223372036854775000')
      expect(await checkpoints.save('large', START_OF_LOG, large)).toBe(true)
      expect(await checkpoints.load('large')).toEqual(large)
      expect(await checkpoints.save('large', large, at(2, '9', '9'))).toBe(true)
      expect(await checkpoints.load('large')).toEqual(at(2, '9', '9'))
    })

    it('INV-5 CHECKPOINT: moves only from where it stands, for one of those who try at once', async () => {
      const positions = Array.from({ length: 20 }, (_, index) => at(1, String(index + 8), '1'))
      let from: GlobalPosition = START_OF_LOG
      for (const to of positions) {
        const here = from
        const moved = await Promise.all([1, 2, 3].map(() => checkpoints.save('contested', here, to)))
        expect(moved.filter((each) => each)).toHaveLength(1)
        expect(await checkpoints.save('contested', here, at(1, '1000', '1'))).toBe(false)
        from = to
      }
      expect(await checkpoints.load('contested')).toEqual(positions.at(-1))
    })

    it('puts a group where another stands, forward and back, and forgets it', async () => {
      await checkpoints.save('model', START_OF_LOG, at(1, '50', '5'))
      await checkpoints.save('moved', START_OF_LOG, at(1, '90', '9'))
      await checkpoints.copy('model', 'moved')
      expect(await checkpoints.load('moved')).toEqual(at(1, '50', '5'))
      await checkpoints.copy('model', 'made')
      expect(await checkpoints.load('made')).toEqual(at(1, '50', '5'))
      await checkpoints.copy('never saved', 'moved')
      expect(await checkpoints.load('moved')).toEqual(START_OF_LOG)
      await checkpoints.forget('made')
      expect(await checkpoints.load('made')).toEqual(START_OF_LOG)
      expect(await checkpoints.save('made', START_OF_LOG, at(1, '7', '7'))).toBe(true)
    })

    it('does not make a checkpoint for a group that was said to have one', async () => {
      expect(await checkpoints.save('lost', at(1, '5', '5'), at(1, '6', '6'))).toBe(false)
      expect(await checkpoints.load('lost')).toEqual(START_OF_LOG)
    })
  })
}

function at(era: number, transactionId: string, position: string): GlobalPosition {
  return { era, transactionId, position }
}
