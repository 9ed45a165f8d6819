/** The formats in which `sluice report` shows a run. Apart from what writes them, so that `--help` starts fast. */
export const reportFormats = ['terminal', 'markdown', 'html', 'junit', 'json'] as const

export type ReportFormat = (typeof reportFormats)[number]
