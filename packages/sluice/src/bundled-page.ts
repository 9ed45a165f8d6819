import path from 'node:path'

export interface PageAssets {
  script: string
  style: string
}

/** The script and the style of a page, from `client/main.ts` and `style/page.css` of its folder, each as one text. */
export async function bundledPage(folder: string): Promise<PageAssets> {
  const { build } = await import('esbuild')
  const bundled = async (file: string) => {
    const { outputFiles } = await build({
      entryPoints: [path.join(folder, file)],
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
