const LOOK_EVERY_MS = 500

/**
 * Calls `onLost` once when npm, which has started this process through a shell, is gone: npm passes SIGTERM on to the shell, some shells end by it
 * without passing it on, and this process would stay, with its ports and its database. Does nothing where nobody but npm could be meant.
 */
export function watchLauncher(env: Readonly<Record<string, string | undefined>>, onLost: () => void): void {
  // On Windows a process keeps the id of a parent that has ended.
  if (env.npm_lifecycle_event === undefined || process.platform === 'win32') return
  const launcher = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === launcher) return
    clearInterval(timer)
    onLost()
  }, LOOK_EVERY_MS).unref()
}
