import type { Generations } from '../../src/read/generations.js'

/** Readers were switched to another generation of the read models than the one that is worked on. The message is one line for the operator. */
export class GenerationLeft extends Error {
  override readonly name = 'GenerationLeft'
  readonly code = 'GENERATION_LEFT'

  constructor(generation: number, current: number) {
    super(
      `Expected readers to see generation ${generation} of the read models, found that they were switched to ${current} meanwhile: run it again, for that one.`,
    )
  }
}

/** A generation that is looked at for minutes may be left by its readers meanwhile. */
export interface GenerationInView {
  readonly generations: Pick<Generations, 'current'>
  readonly generation: number
}

/** Throws GenerationLeft, StoreUnavailable. */
export async function requireRead({ generations, generation }: GenerationInView): Promise<void> {
  const current = await generations.current()
  if (current !== generation) throw new GenerationLeft(generation, current)
}
