import type { AdminCommand } from './command.js'
import { forget } from './commands/forget.js'
import { projections } from './commands/projections.js'
import { quarantine } from './commands/quarantine.js'
import { rebuild } from './commands/rebuild.js'
import { restored } from './commands/restored.js'
import { verify } from './commands/verify.js'

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly AdminCommand[] = [projections, quarantine, verify, rebuild, forget, restored]
