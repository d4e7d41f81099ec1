import { createElasticsearch } from './client.js'
import { aliasOf } from './indices.js'
import { orUnavailable } from './translateErrors.js'

/** Whether somebody has made indices under this prefix; for those who look after them and must not make them by looking. Throws StoreUnavailable. */
export async function indicesAreThere({ url, prefix }: { url: string; prefix: string }): Promise<boolean> {
  const client = createElasticsearch(url)
  try {
    return await orUnavailable(() => client.indices.exists({ index: aliasOf(prefix, 'orders') }))
  } finally {
    await client.close()
  }
}
