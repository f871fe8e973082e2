import { createHash } from 'node:crypto'

import vue from '@vitejs/plugin-vue'
import { type Plugin, defineConfig } from 'vite'

/** One page an audience: residents, grid workers, everybody else at the desk, demonstrations. */
const PAGES = ['index.html', 'workers.html', 'desk.html', 'simulator.html']

/** Opens the grid workers' page without a network; a file of its own with a fixed name. */
const SERVICE_WORKER = 'src/workers/offline/service_worker.ts'
const SERVICE_WORKER_FILE = 'workers-sw.js'

/** Tells the service worker which files make up its page, and a version made of them. */
function workersShell(): Plugin {
  return {
    name: 'workers-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle['workers.html']
      const worker = bundle[SERVICE_WORKER_FILE]
      if (page?.type !== 'asset' || worker?.type !== 'chunk') this.error('workers.html or its service worker is missing')
      if (worker.imports.length) this.error('the service worker must be one file')
      const html = String(page.source)
      const files = new Set(Array.from(html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g), (found) => found[1] ?? ''))
      for (const name of files) {
        const chunk = bundle[name]
        if (chunk?.type !== 'chunk') continue
        // A set that grows is walked to its end: what files import is needed too.
        for (const more of [...chunk.imports, ...chunk.dynamicImports, ...(chunk.viteMetadata?.importedCss ?? [])]) files.add(more)
      }
      const shell = [...files].sort().map((name) => `/${name}`)
      const version = createHash('sha256').update(html).update(worker.code).update(shell.join()).digest('hex').slice(0, 12)
      worker.code = worker.code.replace('__SHELL__', JSON.stringify(shell)).replace('__VERSION__', JSON.stringify(version))
    },
  }
}

export default defineConfig({
  plugins: [vue(), workersShell()],
  build: {
    // Old people keep phones for long: Chrome 79 and iOS 13 are from 2019.
    target: ['es2019', 'chrome79', 'safari13'],
    // The gateway's policy allows no data: address but in pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // `deploy/build_web.sh` builds beside the page in use and then swaps.
    emptyOutDir: true,
    // The chart library is one piece; only the page with figures loads it.
    chunkSizeWarningLimit: 600,
    rollupOptions: {
      input: [...PAGES, SERVICE_WORKER],
      output: {
        entryFileNames: (chunk) => (chunk.name === 'service_worker' ? SERVICE_WORKER_FILE : 'assets/[name]-[hash].js'),
      },
    },
  },
  // `npm run dev` beside `make run`.
  server: {
    proxy: {
      '/api/chat': 'http://127.0.0.1:8800',
      '/api': 'http://127.0.0.1:8801',
      '/sim': 'http://127.0.0.1:8802',
    },
  },
})
