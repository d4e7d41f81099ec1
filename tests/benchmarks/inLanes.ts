/** As many as a fill of ours has under way. */
const LANES = 2

/** Each piece of work begins in its order, when one of the two in front of it is done. */
export async function inLanes<Piece>(
  pieces: readonly Piece[],
  work: (piece: Piece) => Promise<unknown>,
): Promise<void> {
  const waiting = pieces.values()
  const lane = async (): Promise<void> => {
    for (const piece of waiting) await work(piece)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}
