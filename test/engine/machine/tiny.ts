/** A tiny addon in the place of the step machine's, which says what it was compiled for, and what is needed to build it. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { loadScript, temporaryFolder, writeFiles, writeProgram } from "../native/installer.js"

const { machineSources } = await loadScript("machine.mjs")
const { findCompiler } = await loadScript("toolchain.mjs")
const { compiler } = await findCompiler()

/** Whether a machine can be built here at all. */
export const canBuild: boolean = process.platform === "linux" && compiler !== undefined

/** Whether there are several levels of processors here. */
export const isX64: boolean = process.arch === "x64"

/** The tiny addon. */
export const source = `
#include <node_api.h>
#if defined(__AVX512F__)
#define BUILT "AVX-512"
#elif defined(__AVX2__)
#define BUILT "AVX2"
#else
#define BUILT "plain"
#endif
static napi_value Text(napi_env env, const char* text) {
  napi_value value;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}
static napi_value One(napi_env env, napi_callback_info) {
  napi_value value;
  napi_create_int32(env, 1, &value);
  return value;
}
NAPI_MODULE_INIT() {
  napi_value one;
  napi_create_function(env, "threads", NAPI_AUTO_LENGTH, One, nullptr, &one);
  napi_set_named_property(env, exports, "threads", one);
  napi_set_named_property(env, exports, "operations", Text(env, BUILT));
  return exports;
}
`
const copied = (name: string) => readFileSync(join(machineSources, name), "utf8")

/** A folder of sources as the machine has them. */
export const tinySources = (text: string = source): string =>
  writeFiles(temporaryFolder(), {
    "addon.cc": text,
    "level.cc": copied("level.cc"),
    "level.h": copied("level.h"),
    "build.json": copied("build.json"),
  })

/** The environment without a wish for a level. */
export const { LATENTLY_MACHINE: _wish, ...env }: NodeJS.ProcessEnv = process.env

/** What `obtainMachine` is asked: a build in folders of its own. */
export const request = () => ({
  folder: temporaryFolder(),
  root: temporaryFolder(),
  sources: tinySources(),
  env,
})

/** The names of a cache's entries. */
export const entriesIn = (root: string): string[] =>
  existsSync(join(root, "native")) ? readdirSync(join(root, "native")) : []

/** The names of a build's addons. */
export const librariesIn = (entry: string): string[] => readdirSync(join(entry, "lib")).sort()

/** A compiler that fails with `message` where its arguments contain `word`. */
export const failingCompiler = (word: string, message: string) => {
  const path = join(temporaryFolder(), "g++")
  const words = `case "$*" in *${word}*) echo "${message}"; exit 1;; esac`
  return { CXX: writeProgram(path, words, `exec ${compiler} "$@"`), PATH: process.env.PATH }
}

/** What each build was compiled for, as it says itself. */
export const extensions = { base: "plain", v3: "AVX2", v4: "AVX-512" }
