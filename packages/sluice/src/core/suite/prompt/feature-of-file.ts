/** `prompts/email-summary.prompt.yml` -> `email-summary`; what a feature's name cannot hold becomes "-". */
export function featureOfFile(file: string): string {
  const stem = (file.split(/[\\/]/).at(-1) ?? '').replace(/(?:\.prompt)?\.ya?ml$/i, '')
  return stem.replaceAll(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'prompt'
}
