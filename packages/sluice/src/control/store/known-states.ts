/**
 * After so many times a state is read from its text again, so that what this process itself has spoilt in it is found.
 */
const mostTaken = 60
/** Characters of all texts together, which take 60 MB with their states. What is beyond is read each time. */
const mostKept = 16_000_000

/** A row of the store. */
interface Stored {
  cursor: number
  text: string
}

interface Known extends Stored {
  state: unknown
  /** How often it was not read from its text. */
  taken: number
}

/**
 * States of checkpoints that their only reader has in memory, each beside the text that it is stored as. A state is
 * only taken for the very same text and cursor, so whatever somebody else has stored is read. To compare a text takes a
 * hundredth of reading it.
 */
export class KnownStates {
  readonly #most: { taken: number; kept: number }
  readonly #kept = new Map<string, Known>()
  /**
   * Those with their reader, who may change them in place: they are not taken again before they are stored or given
   * back.
   */
  readonly #lent = new Map<string, Known>()

  constructor(most: { taken?: number; kept?: number } = {}) {
    this.#most = { taken: mostTaken, kept: mostKept, ...most }
  }

  take(name: string, stored: Stored, read: (text: string) => unknown): { state: unknown; isKnown?: true } {
    const { cursor, text } = stored
    const known = this.#kept.get(name)
    this.#kept.delete(name)
    if (known?.text === text && known.cursor === cursor && known.taken < this.#most.taken) {
      this.#lent.set(name, { ...known, taken: known.taken + 1 })
      return { state: known.state, isKnown: true }
    }
    const state = read(text)
    this.#lent.set(name, { ...stored, state, taken: 0 })
    return { state }
  }

  /** It was taken and is as it was; `state` is what its reader has made of it. */
  giveBack(name: string, state: unknown): void {
    const lent = this.#lent.get(name)
    if (lent) this.keep(name, lent, state)
  }

  /** It is stored so now. */
  keep(name: string, { cursor, text }: Stored, state: unknown): void {
    const taken = (this.#lent.get(name) ?? this.#kept.get(name))?.taken ?? 0
    this.#lent.delete(name)
    this.#kept.delete(name)
    const all = [...this.#kept.values()].reduce((sum, one) => sum + one.text.length, text.length)
    if (all <= this.#most.kept) this.#kept.set(name, { cursor, text, state, taken })
  }

  /** Forgets all others. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const states of [this.#kept, this.#lent])
      for (const name of states.keys()) if (!names.has(name)) states.delete(name)
  }
}
