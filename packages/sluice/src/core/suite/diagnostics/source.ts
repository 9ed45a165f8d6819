/** 1-based. */
export interface Place {
  line: number
  column: number
}

/** A parsed file, or a line of one, that knows where its parts stand. */
export interface Source {
  /** The name of the file in diagnostics. */
  file: string
  value: unknown
  /** The place of the value at a path, or of `key` in the map there; of the nearest parent if it does not exist. */
  at(path: readonly PropertyKey[], key?: string): Place
}
