import { defineScript } from '@redis/client'
import { SUSPENDED } from '../documentCache.js'

/**
 * Puts documents that are not older than their floor, and raises the floor. Redis runs a script as a whole, so that floor and entry agree.
 *
 * KEYS: the period; then entry and floor of each document. ARGV: the period of asOf, asOf, an entry's life and a floor's life (milliseconds; asOf by
 * Redis' own clock); then of each document the versions of both sources and the text. Whatever else may stand under a key counts as nothing and is
 * overwritten. Answers with the period that it found.
 */
const SCRIPT = `
local period = redis.call('GET', KEYS[1]) or ''
if period ~= ARGV[1] or period == '' or period == '${SUSPENDED}' then return period end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local asOf, life, floorLife = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
-- Never longer than a life, should the clock have been set back.
local left = math.min(life, asOf + life - now)
for i = 1, (#KEYS - 1) / 2 do
  local entry, floor = KEYS[2 * i], KEYS[2 * i + 1]
  local own, other, text = tonumber(ARGV[3 * i + 2]), tonumber(ARGV[3 * i + 3]), ARGV[3 * i + 4]
  local stored = redis.pcall('GET', floor)
  local ownFloor, otherFloor
  if type(stored) == 'string' then ownFloor, otherFloor = string.match(stored, '^(%d+) (%d+)$') end
  ownFloor, otherFloor = tonumber(ownFloor or 0), tonumber(otherFloor or 0)
  local isOlder = (own < ownFloor or other < otherFloor) and own <= ownFloor and other <= otherFloor
  if not isOlder then
    local raised = string.format('%d %d', math.max(own, ownFloor), math.max(other, otherFloor))
    redis.call('SET', floor, raised, 'PX', floorLife)
    if own >= ownFloor and other >= otherFloor and left > 0 then
      redis.call('SET', entry, text, 'PX', left)
    else
      redis.call('DEL', entry)
    end
  end
end
return period`

export const putScript = defineScript({
  SCRIPT,
  parseCommand(parser, keys: readonly string[], values: readonly string[]) {
    parser.pushKeysLength([...keys])
    parser.push(...values)
  },
  transformReply: (period: string): string => period,
})
