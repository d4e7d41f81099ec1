import { ATTRIBUTES } from '../../telemetry/attributeNames.js'
import { SPANS } from '../../telemetry/spanNames.js'
import { inSpan, isTracing } from '../../telemetry/spans.js'
import type { EventStore, StreamReader } from './eventStore.js'

/** Each append in a span: the wait for its group and the group's commit. */
export function tracedEventStore(store: EventStore & StreamReader): EventStore & StreamReader {
  if (!isTracing()) return store
  return {
    append: (event) =>
      inSpan(
        SPANS.append,
        {
          kind: 'CLIENT',
          attributes: {
            [ATTRIBUTES.dbSystem]: 'postgresql',
            [ATTRIBUTES.dbOperation]: 'INSERT',
            [ATTRIBUTES.streamCategory]: event.streamCategory,
            [ATTRIBUTES.streamVersion]: event.streamVersion,
          },
        },
        () => store.append(event),
      ),
    load: (...query) => store.load(...query),
    readStream: (...query) => store.readStream(...query),
    findByCommand: (...query) => store.findByCommand(...query),
  }
}
