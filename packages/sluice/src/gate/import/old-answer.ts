/** An answer that another tool has kept, with what it said about it. */
export interface OldAnswer {
  /** Where it stands, e.g. `results[3]`. */
  place: string
  /** What its case is known by, the most exact first; see `ImportedCase.origins`. */
  origins: string[]
  /** Who answered. */
  model: string
  output?: string
  /** Whether the tool had the output as data, of which `output` is the JSON. */
  isData?: boolean
  /** Why the tool's verdict says nothing: the call failed, or its grader did. */
  error?: string
  latencyMs?: number
  costUsd?: number
  pass: boolean
  /** Its assertions in their order. */
  parts: OldPart[]
}

export interface OldPart {
  name: string
  /** See `ImportedPart`. */
  asked?: string
  /** Null where the tool has kept none. */
  pass: boolean | null
  score: number | null
  error?: string
}
