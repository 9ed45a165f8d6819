import path from 'node:path'

export interface PageAssets {
  script: string
  style: string
}

/** The page's script and style. From sources they are bundled when asked for; the build puts the finished texts here. */
export async function pageAssets(): Promise<PageAssets> {
  const { build } = await import('esbuild')
  const bundled = async (file: string) => {
    const { outputFiles } = await build({
      entryPoints: [path.join(import.meta.dirname, file)],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      target: 'es2023',
      supported: { nesting: true },
      charset: 'utf8',
    })
    return outputFiles[0]?.text ?? ''
  }
  const [script, style] = await Promise.all([bundled('client/main.ts'), bundled('style/page.css')])
  return { script: script.replaceAll('</script', '<\\/script'), style }
}
