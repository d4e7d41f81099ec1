import { one } from './cycle.js'

export const other = () => one
