export { DataDirInUse, EmbeddedPostgresUnavailable } from './errors.js'
export { runningServerUrl } from './runningServer.js'
export { type Settings, THROW_AWAY_SETTINGS } from './settings.js'
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './startEmbeddedPostgres.js'
