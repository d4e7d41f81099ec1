import { printedSchema } from './gateway/printedSchema.js'

/** Prints the schema that the code makes; schema.graphql is its committed copy. */
process.stdout.write(printedSchema())
