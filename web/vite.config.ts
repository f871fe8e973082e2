import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** One page an audience: residents, grid workers, everybody else at the desk, demonstrations. */
const PAGES = ['index.html', 'workers.html', 'desk.html', 'simulator.html']

export default defineConfig({
  plugins: [vue()],
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
    rollupOptions: { input: PAGES },
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
