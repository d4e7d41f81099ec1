const LOOK_EVERY_MS = 500
/** As early as can be: programs import this first, since npm may end while they load. */
const LAUNCHER = process.ppid

/**
 * Calls `onLost` once when npm, which has started this process through a shell, is gone: npm passes SIGTERM on to the shell, some shells end by it
 * without passing it on, and this process would stay, with its ports and its database. So whatever is run below an npm script ends with the shell that
 * has started it, also what that has put into the background. Does nothing for a process that was started without npm.
 */
export function watchLauncher(env: Readonly<Record<string, string | undefined>>, onLost: () => void): void {
  // On Windows a process keeps the id of a parent that has ended.
  if (env.npm_lifecycle_event === undefined || process.platform === 'win32') return
  const timer = setInterval(() => {
    if (process.ppid === LAUNCHER) return
    clearInterval(timer)
    onLost()
  }, LOOK_EVERY_MS).unref()
}
