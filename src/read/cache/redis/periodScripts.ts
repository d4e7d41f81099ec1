import { defineScript } from '@redis/client'
import { SUSPENDED, SUSPENDED_AT_MOST_MS } from '../documentCache.js'

/**
 * The period is the text under one key: `suspended`, `<generation>:<random>`, or `:<random>` where it was begun by somebody who does not know the
 * generation, so that no two are equal. Documents carry the text of the period that they were put in (storedText.ts). None is there in a Redis that
 * was started anew; whoever comes first begins one.
 */
const BEGIN = `
local period = redis.pcall('GET', KEYS[1])
if type(period) ~= 'string' then redis.call('SET', KEYS[1], ':' .. ARGV[1]) end
return 1`

const SUSPEND = `
local period = redis.call('GET', KEYS[1])
local generation = period and string.match(period, '^[^:]*')
if not period or generation == '' or generation == ARGV[1] then
  redis.call('SET', KEYS[1], '${SUSPENDED}', 'PX', ${SUSPENDED_AT_MOST_MS})
end
return 1`

const RESUME = `
if redis.call('GET', KEYS[1]) == '${SUSPENDED}' then redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2]) end
return 1`

export const beginScript = defineScript({
  SCRIPT: BEGIN,
  parseCommand(parser, key: string, random: string) {
    parser.pushKeysLength([key])
    parser.push(random)
  },
  transformReply: (done: number): number => done,
})

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
