import { defineConfig } from 'prisma/config'

/**
 * For authoring and `prisma migrate deploy` only: the service applies the committed migrations itself when it starts.
 * DATABASE_URL: the database to work on; generating the client needs none.
 */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
