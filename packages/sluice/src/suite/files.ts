/** The files of a project: those on disk, or those of a commit. Paths are posix and relative to the root. */
export interface ProjectFiles {
  /** The whole file. Rejects with the code ENOENT when there is none. */
  read(path: string): Promise<Uint8Array>
  /** The file in pieces, for files that should not be held in memory; rejects like `read`. */
  stream?(path: string): AsyncIterable<Uint8Array>
  /** The files that match a glob, sorted. A path without wildcards is listed if it exists. */
  list(glob: string): Promise<string[]>
  /** How to name a file to the user. */
  describe(path: string): string
}
