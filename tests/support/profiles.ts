import { describe } from 'vitest'
import { type ServiceUnderTest, startServiceUnderTest } from './service.js'
import { describeOnStack } from './stack/onStack.js'

export const PROFILES = ['embedded', 'cluster'] as const
export type Profile = (typeof PROFILES)[number]

/** Starts a service of the profile on stores of its own. To be called in a hook or a test. */
export type StartService = (env?: Readonly<Record<string, string>>) => Promise<ServiceUnderTest>

/**
 * The same tests on both profiles: PostgreSQL alone, and PostgreSQL with Kafka, Elasticsearch and Redis. Whoever uses the API must not be
 * able to tell which one it is.
 */
export function describeInBothProfiles(body: (startService: StartService, profile: Profile) => void): void {
  describe('in the embedded profile', () => body(startServiceUnderTest, 'embedded'))
  describeOnStack(['kafka', 'elasticsearch', 'redis'], 'in the cluster profile', (stack) => {
    body((env) => startServiceUnderTest({ ...stack.environment, ...env }), 'cluster')
  })
}
