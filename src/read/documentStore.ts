import type { Documents, ProjectionName } from '../contract/documents.js'

/**
 * The read models by id: what the projector writes and a query by id reads. Every write is a compare-and-set, so that two projectors
 * (an order's and its customer's side) never lose each other's update.
 */
export interface DocumentStore {
  /** The newest acknowledged documents (never an index that lags). An id without a document is absent from the map. Throws StoreUnavailable. */
  get<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, StoredDocument<Documents[Name]>>>
  /**
   * Writes each document whose `expected` revision is still the stored one, durably, and answers item by item in the order given.
   * At most one write a document in a call. On PostgreSQL all writes of a call commit together.
   * Throws StoreUnavailable when nothing is known to be written (retriable: send the same again).
   */
  write(writes: readonly DocumentWrite[]): Promise<readonly DocumentWriteResult[]>
  /** Everything acknowledged before this call is found by lists, search and statistics when it returns. Throws StoreUnavailable. */
  makeSearchable(): Promise<void>
  /** Ids of the customer's orders that show an older version of the customer than `customerVersion`, in id order, behind `after`. Searchable ones only. */
  ordersBehindCustomer(
    customerId: string,
    customerVersion: number,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<readonly string[]>
}

/** The documents as a query by id reads them: from the store itself, or from what is remembered in front of it. */
export interface DocumentReader {
  /**
   * An id without a document is absent from the map. `isEnough`: whether a remembered document will do (default: any does); what it refuses
   * is read from the store, so that a look which must see the newest refuses everything. Throws StoreUnavailable.
   */
  get<Name extends ProjectionName>(
    projection: Name,
    ids: readonly string[],
    isEnough?: (document: Documents[Name]) => boolean,
  ): Promise<ReadonlyMap<string, { readonly document: Documents[Name] }>>
}

export interface StoredDocument<Document> {
  readonly document: Document
  readonly revision: Revision
}

/** Opaque: what the store compares on a write (row version, or seq_no and primary term). */
export type Revision = string & { readonly revision: unique symbol }

export type DocumentWrite = {
  [Name in ProjectionName]: {
    readonly projection: Name
    readonly document: Documents[Name]
    /** 'absent' for a document that is not there yet. */
    readonly expected: Revision | 'absent'
  }
}[ProjectionName]

export type DocumentWriteResult =
  | { readonly kind: 'written'; readonly revision: Revision }
  /** Somebody else wrote it since, or nobody knows whether it was written: read again, apply again. */
  | { readonly kind: 'conflict' }
  /** This document can never be stored as it is (poison). `reason` holds no document content. */
  | { readonly kind: 'rejected'; readonly reason: string }

/** The store can't be reached, is overloaded or timed out. Retriable, always. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly retryable = true
}
