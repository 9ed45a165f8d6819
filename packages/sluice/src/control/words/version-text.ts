/** A version and its label, which people know it by; null without one. */
export interface LabelledVersion {
  id: string
  label: string | null
}

/** A version as people call it: `3.1 (c84f5641b4d1)`, or its id alone. */
export function versionText({ versions }: { versions: readonly LabelledVersion[] }, id: string): string {
  const label = versions.find((version) => version.id === id)?.label
  return label ? `${label} (${id})` : id
}
