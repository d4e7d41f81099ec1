import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** As far as it matters to the tests. */
export interface ComposeService {
  readonly image: string
  readonly command?: string | readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly network_mode?: string
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly mem_limit?: string
  readonly cpus?: number
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

/** A file for Docker Compose in the project's folder, as data. */
export class ComposeFile {
  readonly text: string
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, unknown>>

  constructor(readonly name: string) {
    this.text = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
    const { services, volumes } = parse(this.text, { merge: true }) as Pick<ComposeFile, 'services' | 'volumes'>
    this.services = services
    this.volumes = volumes
  }

  service(name: string): ComposeService {
    const service = this.services[name]
    if (!service) throw new Error(`${this.name} has no service ${name}.`)
    return service
  }

  /** As Docker fills it in, with a password for every variable that has to be set. */
  environment(name: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.service(name).environment ?? {}).map(([variable, value]) => [
        variable,
        String(value)
          .replace(/\$\{\w+:\?[^}]+\}/g, 'p'.repeat(32))
          .replace(/\$\{\w+:-([^}]*)\}/g, '$1'),
      ]),
    )
  }

  /** What is wrong with how it treats secrets: each comes from outside, and none has a default. */
  secretFaults(): readonly string[] {
    const asked = [...this.text.matchAll(/\$\{(\w+)(:?[^}]*)\}/g)].filter(([, name = '']) =>
      /PASSWORD|SECRET|KEY|TOKEN/.test(name),
    )
    const set = Object.values(this.services).flatMap(({ environment = {} }) => Object.entries(environment))
    return [
      ...(asked.length === 0 ? ['asks for no secret'] : []),
      ...asked.filter(([, , rest = '']) => !rest.startsWith(':?')).map(([whole]) => whole),
      ...set
        .filter(([name]) => /PASSWORD|SECRET|_KEY$|_URL$|AUTH|TOKEN|HEADERS/.test(name))
        .filter(([, value]) => !/\$\{\w+:\?/.test(String(value)))
        .map(([name]) => name),
    ]
  }
}
