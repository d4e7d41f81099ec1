import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { FaultCluster, type Victim } from './cluster/faultCluster.js'
import { expectEachChangeOnce, startFollowing } from './cluster/follow.js'
import { type LoadResult, runLoad } from './cluster/load.js'
import { expectNothingLost } from './cluster/verify.js'

const COMMANDS = 500
const START_TIMEOUT_MS = 180_000
const TEST_TIMEOUT_MS = 240_000

const { missing } = inject('stack')
const lacking = Object.keys(missing)

/** One cluster for all of them: after each fault the same processes go on, because none may need a hand. */
describe.skipIf(lacking.length > 0)(`a cluster${lacking.length > 0 ? ` (without ${lacking.join(', ')})` : ''}`, () => {
  let cluster: FaultCluster

  beforeAll(async () => {
    cluster = await FaultCluster.start()
  }, START_TIMEOUT_MS)
  afterAll(() => cluster?.stop())

  async function survives(name: string, fault: () => Promise<void>): Promise<void> {
    const urls = () => cluster.gatewayUrls
    const followers = await startFollowing(name, urls)
    try {
      const middle = { at: COMMANDS / 2, happens: fault }
      const result: LoadResult = await runLoad({ name, urls, commands: COMMANDS, middle })
      expect(result.acknowledged.length).toBeGreaterThanOrEqual(COMMANDS)
      await expectNothingLost(cluster.installation, result)
      await expectEachChangeOnce(followers, result.acknowledged, { name, urls })
      expect(cluster.everyProcessRuns).toBe(true)
    } finally {
      await Promise.all(followers.map((follower) => follower.stop()))
    }
  }

  it.each<Victim>(['gateway', 'relay', 'projector', 'redis', 'kafka', 'elasticsearch', 'postgres'])(
    'INV-21 DRAIN: loses nothing when %s is killed in the middle of a load and comes back',
    (victim) => survives(`killed-${victim}`, () => cluster.killAndRestart(victim)),
    TEST_TIMEOUT_MS,
  )

  it(
    'INV-6 SINGLE-EFFECT: does nothing twice when a projector is paused until another has its partitions, and wakes up',
    () => survives('paused', () => cluster.pausePastSession()),
    TEST_TIMEOUT_MS,
  )

  it(
    'INV-6 SINGLE-EFFECT: does nothing twice when the leading relay is paused until the other leads, and wakes up',
    () => survives('paused-relay', () => cluster.pauseLeadingRelay()),
    TEST_TIMEOUT_MS,
  )

  it(
    'loses nothing when the answer to a bulk is lost and every connection to Elasticsearch is cut',
    () => survives('cut-elasticsearch', () => cluster.cutElasticsearch()),
    TEST_TIMEOUT_MS,
  )

  it(
    'loses nothing when the answer to a send is lost and every connection to Kafka is cut',
    () => survives('cut-kafka', () => cluster.cutKafka()),
    TEST_TIMEOUT_MS,
  )
})
