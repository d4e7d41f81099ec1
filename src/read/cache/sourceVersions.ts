import type { CacheableDocument } from './documentCache.js'

/**
 * What a document is made of: the version of its own stream, and how far its second source is in it (0 where there is none).
 *
 * The store's compare-and-set lets neither ever fall, so of two documents of one id the newer is at least as high in both.
 */
export interface SourceVersions {
  readonly own: number
  readonly other: number
}

export function sourceVersions({ projection, document }: CacheableDocument): SourceVersions {
  switch (projection) {
    case 'orders':
      return { own: document.version, other: document.customerVersion }
    case 'customers':
      return { own: document.version, other: document.ordersVersion }
    case 'orderTimelines':
    case 'products':
      return { own: document.version, other: 0 }
  }
}

/** Whether `a` shows at least what `b` shows. */
export function isAtLeast(a: SourceVersions, b: SourceVersions): boolean {
  return a.own >= b.own && a.other >= b.other
}

export function highest(a: SourceVersions, b: SourceVersions): SourceVersions {
  return { own: Math.max(a.own, b.own), other: Math.max(a.other, b.other) }
}
