/** Server settings by name, as in postgresql.conf. */
export type Settings = Readonly<Record<string, string>>

/** For the whole life of a small shop's service. Given on the command line, so that every start states them all, also for an old cluster. */
export const DEFAULT_SETTINGS: Settings = {
  listen_addresses: '127.0.0.1',
  // A socket's path may have 107 bytes at most, and DATA_DIR can be anywhere: TCP on loopback alone.
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '50',
  shared_buffers: '128MB',
  // Bounds what has to be replayed after kill -9, hence the time of the next start.
  max_wal_size: '1GB',
  // Queries here are short; compiling them costs more than it saves.
  jit: 'off',
  timezone: 'UTC',
  // One file per weekday, each emptied when its day comes round: a week of log, and no more.
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgresql-%a.log',
  log_rotation_age: '1d',
  log_truncate_on_rotation: 'on',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  // Statements and DETAIL lines hold rows, and rows of the read side hold names and addresses, which a log could never forget.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/** For data that may be lost: tests. */
export const THROW_AWAY_SETTINGS: Settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

export function settingArguments(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
