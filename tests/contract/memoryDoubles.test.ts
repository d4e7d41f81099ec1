import { MemoryDocumentStore } from '../support/memory/memoryDocumentStore.js'
import { MemoryGenerationRegistry } from '../support/memory/memoryGenerationRegistry.js'
import { MemoryParkedStreams } from '../support/memory/memoryParkedStreams.js'
import { describeDocumentStore } from './documentStore.conformance.js'
import { describeGenerationRegistry } from './generationRegistry.conformance.js'
import { describeParkedStreams } from './parkedStreams.conformance.js'

/** Unit tests rest on these doubles, so they have to pass what the real ones pass. */
const nothingToClose = () => Promise.resolve()

describeDocumentStore('MemoryDocumentStore', () =>
  Promise.resolve({ store: new MemoryDocumentStore(), close: nothingToClose }),
)

describeGenerationRegistry('MemoryGenerationRegistry', () => {
  const registry = new MemoryGenerationRegistry()
  return Promise.resolve({ registry, far: registry, close: nothingToClose })
})

describeParkedStreams('MemoryParkedStreams', () =>
  Promise.resolve({ parked: new MemoryParkedStreams(), close: nothingToClose }),
)
