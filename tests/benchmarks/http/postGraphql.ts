/** One GraphQL request. Returns its data; throws where there are errors. */
export async function postGraphql<Data>(url: string, body: string): Promise<Data> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answer = (await response.json()) as { readonly data?: Data; readonly errors?: unknown }
  if (answer.errors !== undefined || answer.data === undefined) {
    throw new Error(`Expected an answer without errors, found ${JSON.stringify(answer.errors)}.`)
  }
  return answer.data
}
