import { defineScript } from '@redis/client'
import { SUSPENDED, SUSPENDED_AT_MOST_MS } from '../documentCache.js'

/**
 * The period is the text under one key: none as long as the cache was never suspended, `suspended`, or `<generation>:<random>`, so that no two are
 * equal. Documents carry the text of the period that they were put in (storedText.ts).
 */
const SUSPEND = `
local period = redis.call('GET', KEYS[1])
if not period or string.match(period, '^[^:]*') == ARGV[1] then
  redis.call('SET', KEYS[1], '${SUSPENDED}', 'PX', ${SUSPENDED_AT_MOST_MS})
end
return 1`

const RESUME = `
if redis.call('GET', KEYS[1]) == '${SUSPENDED}' then redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2]) end
return 1`

export const suspendScript = defineScript({
  SCRIPT: SUSPEND,
  parseCommand(parser, key: string, generation: number) {
    parser.pushKeysLength([key])
    parser.push(String(generation))
  },
  transformReply: (done: number): number => done,
})

export const resumeScript = defineScript({
  SCRIPT: RESUME,
  parseCommand(parser, key: string, generation: number, random: string) {
    parser.pushKeysLength([key])
    parser.push(String(generation), random)
  },
  transformReply: (done: number): number => done,
})
