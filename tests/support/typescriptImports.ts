import { registerHooks } from 'node:module'

/**
 * For `node --import`: lets a child process of a test run the sources as they are. Node strips the types itself; what it lacks is that
 * an import of `./x.js` means `./x.ts` here. Works for modules without decorators and enums.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const ours = specifier.startsWith('.') && !(context.parentURL ?? '').includes('/node_modules/')
    return nextResolve(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context)
  },
})
