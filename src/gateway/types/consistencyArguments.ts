/** Options of the two arguments that every query takes. */
export const AT_LEAST = {
  nullable: true,
  description: 'Answer with data at least as new as this write, or fail with CONSISTENCY_TIMEOUT.',
}
export const WAIT_MS = {
  nullable: true,
  description: 'How long to wait for it, in milliseconds: 0 to 10,000, 2,000 when left out.',
}
