import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import type { ProcessRole } from './config.js'

const NAMES: Readonly<Record<ProcessRole, string>> = {
  all: 'order-gateway',
  gateway: 'order-gateway',
  relay: 'order-gateway-relay',
  projector: 'order-gateway-projector',
  admin: 'order-gateway-admin',
}

/** What a process calls itself in traces and metrics, unless OTEL_SERVICE_NAME says otherwise. */
export function serviceIdentity(role: ProcessRole): { readonly serviceName: string; readonly serviceVersion: string } {
  const path = findPackageJSON(import.meta.url)
  if (path === undefined) throw new Error('Expected a package.json above the program, found none.')
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }
  return { serviceName: NAMES[role], serviceVersion: version }
}
