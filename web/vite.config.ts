/// <reference types="vitest/config" />
import { defineConfig } from 'vite'
import { compress } from './compress.ts'

/** The bundle goes where the server serves it from; names carry a hash, so they may be cached for ever. */
export default defineConfig({
  plugins: [compress()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../api/static',
    emptyOutDir: true,
    // Hospital computers with Windows 7 stay at Chromium 109.
    target: 'chrome109',
    cssTarget: 'chrome109',
    manifest: 'manifest.json',
    // Small pictures as data: URIs would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
