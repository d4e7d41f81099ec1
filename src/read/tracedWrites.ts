import { ATTRIBUTES } from '../telemetry/attributeNames.js'
import { SPANS } from '../telemetry/spanNames.js'
import { inSpan, isTracing } from '../telemetry/spans.js'
import type { AnnouncementFeed } from './announcementFeed.js'
import type { DocumentStore } from './documentStore.js'

/** dbSystem: `elasticsearch` or `postgresql`. */
export function tracedDocuments(documents: DocumentStore, dbSystem: string): DocumentStore {
  if (!isTracing()) return documents
  return {
    get: (...query) => documents.get(...query),
    write: (writes) =>
      inSpan(
        SPANS.write,
        {
          kind: 'CLIENT',
          attributes: {
            [ATTRIBUTES.dbSystem]: dbSystem,
            [ATTRIBUTES.dbOperation]: 'write',
            [ATTRIBUTES.documents]: writes.length,
          },
        },
        () => documents.write(writes),
      ),
    makeSearchable: () => documents.makeSearchable(),
    ordersBehindCustomer: (...query) => documents.ordersBehindCustomer(...query),
  }
}

/** messagingSystem: `kafka` or `postgresql`. */
export function tracedFeed(
  feed: Pick<AnnouncementFeed, 'publish'>,
  messagingSystem: string,
): Pick<AnnouncementFeed, 'publish'> {
  if (!isTracing()) return feed
  return {
    publish: (results) =>
      inSpan(
        SPANS.announce,
        {
          kind: 'PRODUCER',
          attributes: {
            [ATTRIBUTES.messagingSystem]: messagingSystem,
            [ATTRIBUTES.messagingOperation]: 'send',
            [ATTRIBUTES.messagingOperationType]: 'send',
            [ATTRIBUTES.announcements]: results.length,
          },
        },
        () => feed.publish(results),
      ),
  }
}
