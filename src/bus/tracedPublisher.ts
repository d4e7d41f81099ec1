import { ATTRIBUTES } from '../telemetry/attributeNames.js'
import { SPANS } from '../telemetry/spanNames.js'
import { inSpan, isTracing } from '../telemetry/spans.js'
import type { EventPublisher } from './eventPublisher.js'

/** Each page in a span, linked to the commands that its events come from. */
export function tracedPublisher(publisher: EventPublisher): EventPublisher {
  if (!isTracing()) return publisher
  return {
    destination: publisher.destination,
    publish: (messages) =>
      inSpan(
        SPANS.publish,
        {
          kind: 'PRODUCER',
          root: true,
          links: messages.map(({ traceparent }) => traceparent),
          attributes: {
            [ATTRIBUTES.messagingSystem]: 'kafka',
            [ATTRIBUTES.messagingOperation]: 'send',
            [ATTRIBUTES.messagingOperationType]: 'send',
            [ATTRIBUTES.batchSize]: messages.length,
          },
        },
        () => publisher.publish(messages),
      ),
    close: () => publisher.close(),
  }
}
