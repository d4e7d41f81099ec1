import type { Store } from '../read/store.js'

export type Reached = Store
