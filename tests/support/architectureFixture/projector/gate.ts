export * from '../src/write/internals.js'
