import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import babel from '@rolldown/plugin-babel'
import { lingui, linguiTransformerBabelPreset } from '@lingui/vite-plugin'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'
import { operationPaths } from './protocol/http/operation-paths.ts'
import { loadChunks } from './scripts/page/load-chunks.ts'
import { thirdPartyNotices } from './scripts/notices/third-party-notices.ts'

// The transform that it recommends needs a native part which `npm ci` does not bring on every machine.
process.env['LINGUI_SUPPRESS_BABEL_WARNING'] = '1'

const outDir = join(import.meta.dirname, 'dist/web')

/** Writes `.br` and `.gz` beside what compresses, so that the server never compresses a request's answer itself. */
function precompress(): Plugin {
  return {
    name: 'shoal:precompress',
    apply: 'build',
    closeBundle() {
      for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(js|css|html|svg|json|txt)$/.test(entry.name)) continue
        const file = join(entry.parentPath, entry.name)
        const bytes = readFileSync(file)
        if (bytes.length < 1024) continue
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
        writeFileSync(
          `${file}.br`,
          brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
        )
      }
    },
  }
}

/** Of the fonts of formulas only WOFF2: every browser that runs the page reads it, and each other one is asked about. */
function onlyWoff2(): Plugin {
  return {
    name: 'shoal:only-woff2',
    enforce: 'pre',
    transform: {
      filter: { id: /katex[^/]*\.css$/ },
      handler: (css) => css.replaceAll(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)/g, ''),
    },
  }
}

const steps = [
  { name: 'main', module: join(import.meta.dirname, 'web/app/main.tsx') },
  { name: 'signed-in', module: join(import.meta.dirname, 'web/app/signed-in.tsx') },
]

const server = process.env['SHOAL_DEV_SERVER'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: join(import.meta.dirname, 'web'),
  define: { OPERATION_PATHS: JSON.stringify(operationPaths) },
  plugins: [
    react(),
    lingui(),
    babel({ presets: [linguiTransformerBabelPreset()] }),
    tailwindcss(),
    onlyWoff2(),
    thirdPartyNotices({
      root: import.meta.dirname,
      billFile: join(import.meta.dirname, 'dist/sbom.cdx.json'),
      otherLicences: [{ title: 'Figtree, a font', file: 'web/ui/font/LICENSE.txt' }],
    }),
    precompress(),
  ],
  experimental: {
    // Scripts and styles find each other from where they are, so that the server may put the page below any path. In
    // the page's HTML addresses stay absolute, and the server writes that path before them.
    renderBuiltUrl: (_, { hostType }) => (hostType === 'html' ? undefined : { relative: true }),
  },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2023',
    // Supported wherever the target is; and its inline script would need an exception in the policy.
    modulePreload: { polyfill: false },
    // A data: font or image would need an exception in the policy, and defeats caching.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        codeSplitting: { groups: [{ name: loadChunks(steps), test: /\.[cm]?[jt]sx?$/ }] },
      },
    },
  },
  server: {
    proxy: {
      // But for the page's own folder of that name.
      '^/api/(?!.*\\.ts(\\?|$))': server,
      '/v1': server,
      '/health': server,
      '/ready': server,
      '/ws': { target: server, ws: true },
    },
  },
})
