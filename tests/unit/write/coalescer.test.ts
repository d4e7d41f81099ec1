import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Coalescer } from '../../../src/write/eventStore/coalescer.js'

const fulfilled = <Value>(value: Value): PromiseFulfilledResult<Value> => ({ status: 'fulfilled', value })

describe('Coalescer', () => {
  it('answers each request with its own result, whatever order batches end in, within its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 40 }), async (scheduler, count) => {
        let inFlight = 0
        const coalescer = new Coalescer<number, number>({
          maxBatch: 4,
          maxInFlight: 2,
          run: async (batch) => {
            inFlight += 1
            expect(batch.length).toBeLessThanOrEqual(4)
            expect(inFlight).toBeLessThanOrEqual(2)
            await scheduler.schedule(Promise.resolve())
            inFlight -= 1
            return batch.map((each) => fulfilled(each * 2))
          },
        })
        const requests = Array.from({ length: count }, (_, index) => index)
        const answers = Promise.all(requests.map((each) => coalescer.submit(each)))
        await scheduler.waitFor(answers)
        expect(await answers).toEqual(requests.map((each) => each * 2))
      }),
      { numRuns: 50 },
    )
  })

  it('sends together what was asked for together', async () => {
    const batches: number[] = []
    const coalescer = new Coalescer<number, number>({
      maxBatch: 128,
      maxInFlight: 1,
      run: async (batch) => {
        batches.push(batch.length)
        return batch.map(fulfilled)
      },
    })
    await Promise.all(Array.from({ length: 32 }, (_, index) => coalescer.submit(index)))
    expect(batches).toEqual([32])
  })

  it('fails one request alone, or all of a batch, and goes on', async () => {
    let calls = 0
    const coalescer = new Coalescer<string, string>({
      maxBatch: 8,
      maxInFlight: 1,
      run: async (batch) => {
        calls += 1
        if (calls === 1) throw new Error('the whole batch')
        return batch.map((each) =>
          each === 'bad' ? { status: 'rejected', reason: new Error('this one') } : fulfilled(each),
        )
      },
    })
    await expect(Promise.allSettled([coalescer.submit('a'), coalescer.submit('b')])).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ])
    const [good, bad] = await Promise.allSettled([coalescer.submit('good'), coalescer.submit('bad')])
    expect(good).toEqual(fulfilled('good'))
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'this one' } })
  })
})
