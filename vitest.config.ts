import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^latently\/report$/,
        replacement: fileURLToPath(new URL("./src/report/index.ts", import.meta.url)),
      },
      { find: /^latently$/, replacement: fileURLToPath(new URL("./src/index.node.ts", import.meta.url)) },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
