import { Client } from '@elastic/elasticsearch'

const REQUEST_TIMEOUT_MS = 30_000
/** Of what the transport repeats by itself: lost connections, which an idle one often is. Longer outages are for the caller. */
const TRANSPORT_RETRIES = 1

/** url: with user and password in it where the server asks for them. */
export function createElasticsearch(url: string): Client {
  return new Client({ node: url, requestTimeout: REQUEST_TIMEOUT_MS, maxRetries: TRANSPORT_RETRIES })
}
