export * from '../write/internals.js'
