import { secret } from '../write/internals.js'
import { zero } from '../domain/money.js'

export const all = [zero, secret]
