export type { Money } from '../domain/money.js'
