export * from '../domain/money.js'
