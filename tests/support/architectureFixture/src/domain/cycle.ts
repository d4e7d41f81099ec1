import { other } from './cycleBack.js'

export const one = () => other
