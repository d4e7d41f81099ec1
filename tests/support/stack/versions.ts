/** What a production of this release is tested with, and what docker-compose.yml runs. */
export const KAFKA_VERSION = '4.3.0'
export const ELASTICSEARCH_VERSION = '9.2.0'
/** Redis comes from the machine's packages, in any release of this major version or a newer one. */
export const REDIS_MAJOR_VERSION = 7
