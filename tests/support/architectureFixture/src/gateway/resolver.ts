import { zero } from '../domain/money.js'
import { secret } from '../write/internals.js'
import { client } from '../generated/prisma/client.js'

export const all = [zero, secret, client]
